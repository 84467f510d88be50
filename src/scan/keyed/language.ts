/**
 * How much a text's letters look like words: the mean of log2(26 × P(next letter | letter)) over adjacent letters, so that
 * prose and identifiers score about +1 and uniformly random letters about -1.5.
 *
 * Each row holds, for one first letter, the clamped and rounded log2 + 6 of the 26 second letters. The frequencies were counted
 * over the words (each at most 30 times) of Python's standard library and of the README files and type declarations of
 * this package's dependencies: English prose and identifiers mixed, as logs are.
 */
const rows =
  '56763462614867060878554452 86657442763854751675721263 73558327617653842658632140 75569543832644741665633240 ' +
  '64785553422668454887354640 73557842911744842766722250 73549557702757650775632033 83349333804554830657611251 ' +
  '65766561213769751677150405 83538323736323851583804241 73569554832736553585536051 83469432803734840366641072 ' +
  '86359322713663780365622040 73777583725535642378552041 45674552515679660866656321 83448435703733762867623160 ' +
  '54343333410625344662934323 84559452804565740677543050 62648436714544662478744250 73549427801553750776523262 ' +
  '67656552612778470777320212 84529463811343640444233211 84458447823527742774345410 65768625720563581458432753 ' +
  '65657544603667681577445475 73459425802453721353303458'

const pairScore = new Int8Array(26 * 26)
rows.split(' ').forEach((row, first) => {
  for (let second = 0; second < 26; second++) pairScore[first * 26 + second] = row.charCodeAt(second) - 0x30 - 6
})

/** Letter index 0..25 of an ASCII letter in either case, or -1. */
export function letterIndex(byte: number): number {
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x7a ? lower - 0x61 : -1
}

/** Score of two adjacent letters (indexes 0..25). */
export function pairScoreOf(first: number, second: number): number {
  return pairScore[first * 26 + second]
}
