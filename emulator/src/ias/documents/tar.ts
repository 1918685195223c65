/** A file of an archive. */
export interface TarFile {
  /** Path in it; of a long one, the last 100 characters are kept. */
  readonly name: string
  readonly content: Buffer
}

const BLOCK = 512

/**
 * Returns an archive in the `ustar` format.
 *
 * @see POSIX.1-2017, pax, "ustar Interchange Format"
 */
export function tar(files: readonly TarFile[]): Buffer {
  const entries = files.flatMap(({ name, content }) => [
    header(name, content.length),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)
  ])
  return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)])
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  block.write(name.slice(-100), 0)
  block.write(octal(0o644, 7), 100) // mode
  block.write(octal(0, 7), 108) // owner
  block.write(octal(0, 7), 116) // group
  block.write(octal(size, 11), 124)
  block.write(octal(0, 11), 136) // time of modification: the same files are the same archive
  block.write(' '.repeat(8), 148) // the checksum counts as blanks
  block.write('0', 156) // a file
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)} `, 148)
  return block
}
