/** First byte of a frame that is a whole text message. */
const TEXT = 0x81;
/** Lengths from which a frame says its own in two bytes, and in eight. */
const [TWO_BYTES, EIGHT_BYTES] = [126, 65_536];

/**
 * Begins a text message, as a server sends it, whose end is written behind it as it is: an end that many clients get
 * needs to be there once. `endBytes`: how long that is.
 *
 * Source  RFC 6455, section 5.2
 */
export function beginText(start: string, endBytes: number): Buffer {
  const startBytes = Buffer.byteLength(start);
  const bytes = startBytes + endBytes;
  const head = bytes < TWO_BYTES ? 2 : bytes < EIGHT_BYTES ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + startBytes);
  frame[0] = TEXT;
  if (head === 2) frame[1] = bytes;
  else if (head === 4) {
    frame[1] = TWO_BYTES;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = TWO_BYTES + 1;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(start, head);
  return frame;
}
