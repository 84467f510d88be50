/** `logveil/inventory`: secrets of an inventory, for the option `listed` of a redactor or an in-process entry. Needs what the daemon depends on. */
export { readListed } from './inventory/listed.ts'
export type { ListedForm, ListedSecret, ListedToken } from './model.ts'
