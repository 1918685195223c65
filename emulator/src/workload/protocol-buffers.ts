/** Wire type of a field that says how long it is. */
const BYTES = 2

/**
 * Writes a message of Protocol Buffers, all of whose fields are bytes, texts or messages.
 *
 * @param fields - numbers up to 15, and their values
 * @see Protocol Buffers, "Encoding"
 */
export function message(fields: readonly (readonly [number: number, value: Uint8Array])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => [
      Buffer.from([(number << 3) | BYTES]),
      varint(value.length),
      value
    ])
  )
}

/** Seven bits in each byte, the lowest ones first. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return Buffer.from([...bytes, rest])
}
