import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import lz4 from 'lz4-napi'
import snappy from 'snappy'
import type { Compression } from './port.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs as typeof import('kafkajs')

export const compressionTypes: Readonly<Record<Compression, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD
}

const zstd = { compress: promisify(zstdCompress), decompress: promisify(zstdDecompress) }

/** kafkajs brings gzip only. */
export function plugCodecs(): void {
  const codecs = CompressionCodecs as Record<number, unknown>
  const codec =
    (compress: (bytes: Buffer) => Promise<Buffer>, decompress: (bytes: Buffer) => Promise<Buffer>) => () => ({
      compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer),
      decompress
    })
  codecs[CompressionTypes.Snappy] = codec((bytes) => snappy.compress(bytes) as Promise<Buffer>, unsnap)
  codecs[CompressionTypes.LZ4] = codec(lz4.compressFrame, lz4.decompressFrame)
  codecs[CompressionTypes.ZSTD] = codec(zstd.compress, zstd.decompress)
}

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const xerialHeaderBytes = 16

/** Java's clients write blocks in a frame of their own (snappy-java's SnappyOutputStream), others one bare block. */
async function unsnap(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return (await snappy.uncompress(bytes)) as Buffer
  const blocks: Buffer[] = []
  for (let at = xerialHeaderBytes; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    blocks.push((await snappy.uncompress(bytes.subarray(at + 4, end))) as Buffer)
    at = end
  }
  return Buffer.concat(blocks)
}
