/** `node:crypto`, at the first need: to load it takes 4 to 10 ms of an application's start, and most applications have no keys. */
export function crypto() {
  return process.getBuiltinModule('node:crypto')
}
