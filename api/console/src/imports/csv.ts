/** CSV as the refused rows of an import come: quoted where needed, with a delimiter of its own. */

/** The delimiter before the columns that were added; a comma where nothing tells. */
export function delimiterOf(header: string): string {
  const found = /(.)"?error_row"?/.exec(header.replace(/^\ufeff/, ""));
  return found?.[1] ?? ",";
}

/** The records of a text; a last one that is cut off is left out where `whole` is false. */
export function parseCsv(text: string, delimiter: string, whole = true): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let quoted = false;
  const end = () => {
    record.push(cell);
    cell = "";
  };
  const from = text.startsWith("\ufeff") ? 1 : 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === delimiter) end();
    else if (sign === "\n") {
      end();
      records.push(record);
      record = [];
    } else if (sign !== "\r") cell += sign;
  }
  if (whole && (cell || record.length)) {
    end();
    records.push(record);
  }
  return records;
}

/** Records as a file. */
export function writeCsv(records: readonly (readonly string[])[], delimiter: string): string {
  const quote = (cell: string) =>
    cell.includes('"') || cell.includes(delimiter) || /[\r\n]/.test(cell)
      ? `"${cell.replaceAll('"', '""')}"`
      : cell;
  return `\ufeff${records.map((record) => record.map(quote).join(delimiter)).join("\r\n")}\r\n`;
}
