/** What a file is by its first bytes, so that a film of two gigabytes is not sent to be refused. */

export type NoTable = "pdf" | "html" | "binary";

const LOOKED_AT = 4096;

/** Why these first bytes are those of no table; null where they may be. Workbooks and UTF-16 are the server's to judge. */
export function sniffed(bytes: Uint8Array): NoTable | null {
  const head = String.fromCharCode(...bytes.subarray(0, 64)).trimStart();
  if (head.startsWith("%PDF")) return "pdf";
  if (/^<(!doctype html|html)/i.test(head)) return "html";
  const isWorkbook = head.startsWith("PK\u0003\u0004") || (bytes[0] === 0xd0 && bytes[1] === 0xcf);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return !isWorkbook && !isUtf16 && bytes.includes(0) ? "binary" : null;
}

/** The same for a file. */
export async function sniff(file: Blob): Promise<NoTable | null> {
  return sniffed(new Uint8Array(await file.slice(0, LOOKED_AT).arrayBuffer()));
}
