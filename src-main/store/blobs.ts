/**
 * Typed arrays as SQLite BLOBs. Every platform the workbench runs on is little-endian, and so are the BLOBs.
 */
export function toBlob(array: Int32Array | Float64Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Copies: a Buffer's memory is shared and need not be aligned. */
export function toInt32(blob: Uint8Array): Int32Array {
  return new Int32Array(copyOf(blob));
}

export function toFloat64(blob: Uint8Array): Float64Array {
  return new Float64Array(copyOf(blob));
}

function copyOf(blob: Uint8Array): ArrayBuffer {
  return blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength) as ArrayBuffer;
}
