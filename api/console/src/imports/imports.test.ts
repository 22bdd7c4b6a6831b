import { describe, expect, it } from "vitest";
import { delimiterOf, parseCsv, writeCsv } from "./csv";
import { fieldsOf, mappingName, valueAtTop, withFields, withValue } from "./mapping_text";
import { refusedOf } from "./refused";
import { sniffed } from "./sniffing";

const GUESSED = `# Proposed from all 4 rows.
source = "till"  # the shop's name
# currency = "EUR"  # no column tells one
decimal = ","

[columns]
# number = "..."  # needed, and no column looks like it: name it
created_at = "Datum"  # sure, by its name: 31.12.2025
name = "Artikel \\"neu\\""

[columns.billing]
city = 'Ort'

[statuses]
"in Arbeit" = "processing"
`;

describe("a mapping's text", () => {
  it("tells the column of each field", () => {
    expect(fieldsOf(GUESSED)).toEqual({
      created_at: "Datum",
      name: 'Artikel "neu"',
      "billing/city": "Ort",
    });
  });

  it("takes other columns and keeps all the rest", () => {
    const text = withFields(GUESSED, { number: "Ticket", created_at: "Datum", "shipping/city": 'A "B"' });
    expect(fieldsOf(text)).toEqual({ number: "Ticket", created_at: "Datum", "shipping/city": 'A "B"' });
    expect(text).toContain('"in Arbeit" = "processing"');
    expect(text).toContain('decimal = ","');
    expect(text).not.toContain("[columns.billing]");
    expect(fieldsOf(withFields("", { number: "No" }))).toEqual({ number: "No" });
  });

  it("is left alone where a list of choices cannot show it", () => {
    expect(fieldsOf('[columns]\nbilling = { city = "Ort" }\n')).toBeNull();
  });

  it("has values at its top that are set, replaced and taken off", () => {
    const set = withValue(GUESSED, "currency", "CHF");
    expect([valueAtTop(GUESSED, "currency"), valueAtTop(set, "currency")]).toEqual([null, "CHF"]);
    expect(set.split("\n")).toHaveLength(GUESSED.split("\n").length);
    expect(valueAtTop(withValue(set, "currency", null), "currency")).toBeNull();
    const paid = withValue(GUESSED, "paid", true);
    expect(valueAtTop(paid, "paid")).toBe("true");
    expect(fieldsOf(paid)).toEqual(fieldsOf(GUESSED));
  });

  it("is kept under a name that leads to no file", () => {
    expect(mappingName(" ../till ")).toBe("-till");
  });
});

describe("refused rows", () => {
  const TEXT = '\ufeffNo;"a ""b""";error_row;error_column\r\n1;"two\nlines; and";2;Sum\r\n';

  it("are read and written as they were", () => {
    const delimiter = delimiterOf(TEXT);
    const records = parseCsv(TEXT, delimiter);
    expect(delimiter).toBe(";");
    expect(records).toEqual([
      ["No", 'a "b"', "error_row", "error_column"],
      ["1", "two\nlines; and", "2", "Sum"],
    ]);
    expect(parseCsv(writeCsv(records, delimiter), delimiter)).toEqual(records);
  });

  it("tell each of several faults with its cell", () => {
    const text =
      "No,Date,Total,error_row,error_column,error_code,error_message,error_fix\r\n" +
      '7,soon,x,2,"Date\nTotal","a\nb","No date.\nNo amount.","Write a date.\nWrite 1.00."\r\n' +
      "8,,,3,,order-refused,Refused.,Keep it.\r\n";
    const [first, second] = refusedOf(text, true).rows;
    expect(first?.faults).toEqual([
      { column: 1, message: "No date.", fix: "Write a date." },
      { column: 2, message: "No amount.", fix: "Write 1.00." },
    ]);
    expect(second?.faults).toEqual([{ column: -1, message: "Refused.", fix: "Keep it." }]);
  });

  it("leave out a last one that is cut off", () => {
    expect(parseCsv('a,b\n1,2\n3,"fo', ",", false)).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });
});

describe("what is no table", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  it("is known by its first bytes", () => {
    expect(sniffed(bytes("%PDF-1.7"))).toBe("pdf");
    expect(sniffed(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]))).toBe("binary");
    expect(sniffed(bytes("<!doctype html><p>"))).toBe("html");
    expect(sniffed(bytes("No,Date\n1,2"))).toBeNull();
    expect(sniffed(new Uint8Array([0xff, 0xfe, 0x4e, 0, 0x6f, 0]))).toBeNull();
    expect(sniffed(bytes("PK\u0003\u0004\u0000\u0000"))).toBeNull();
  });
});
