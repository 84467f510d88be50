/** Shannon entropy of a text in bits a byte, as gitleaks and others count it: 0 for one byte over and over, 4 for 16 even ones. */
export function shannonEntropy(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
