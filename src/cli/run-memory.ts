import { setFlagsFromString } from 'node:v8'

/**
 * To be called before anything large is loaded: what has grown stays. Bodies lie outside the heap, and the small objects that hold them die
 * at once: a young space that is collected often gives them back early. One that grows leaves them until V8 collects everything
 * (measured: 266 instead of 219 to 227 MB at the most, under load). To collect a small one takes half a millisecond, one that has grown 6:
 * lines of a command wait for that.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
