/** How many bytes stand in runs of four or more that count up or down: `abcd`, `5678`, `dcba`. */
export function orderedBytes(bytes: Uint8Array, start: number, end: number): number {
  return countedBytes(bytes, start, end, 1) + countedBytes(bytes, start, end, -1)
}

function countedBytes(bytes: Uint8Array, start: number, end: number, step: 1 | -1): number {
  let counted = 0
  let run = 1
  for (let i = start + 1; i <= end; i++) {
    if (i < end && bytes[i] === bytes[i - 1] + step) run++
    else {
      if (run >= 4) counted += run
      run = 1
    }
  }
  return counted
}
