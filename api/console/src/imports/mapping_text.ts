/** A mapping's TOML: which column each field is read from, and single values, changed in place; the rest stays as typed. */

/** The column that each field is read from: `number` → `Order no`, `billing/city` → `City`. */
export type Fields = Readonly<Record<string, string>>;

const SECTION = /^\s*\[(\[?[^\]]+\]?)\]\s*(#.*)?$/;
const ENTRY = /^\s*(?:([A-Za-z0-9_-]+)|"((?:[^"\\]|\\.)*)")\s*=\s*(.*)$/;

interface Line {
  text: string;
  /** The section it stands in; empty at the top. */
  section: string;
}

function lines(text: string): Line[] {
  let section = "";
  return text.split("\n").map((each) => {
    const found = SECTION.exec(each);
    if (found) section = (found[1] ?? "").replace(/[\s"]/g, "");
    return { text: each, section };
  });
}

/** A TOML string at the beginning of a text, whatever comment follows; none: null. */
function stringAt(text: string): string | null {
  const basic = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(text);
  if (basic) {
    try {
      return JSON.parse(`"${basic[1]}"`) as string;
    } catch {
      return null;
    }
  }
  return /^'([^']*)'\s*(?:#.*)?$/.exec(text)?.[1] ?? null;
}

const written = (text: string): string => JSON.stringify(text).replaceAll("\x7f", "\\u007f");
const isOfColumns = (section: string): boolean => section === "columns" || section.startsWith("columns.");

/** The fields of a mapping; null where its columns are told in a way that a list of choices cannot show. */
export function fieldsOf(text: string): Fields | null {
  const fields: Record<string, string> = {};
  for (const line of lines(text)) {
    if (!isOfColumns(line.section) || SECTION.test(line.text) || /^\s*(#.*)?$/.test(line.text)) continue;
    const entry = ENTRY.exec(line.text);
    const column = entry && stringAt((entry[3] ?? "").trim());
    if (!entry?.[1] || column === null || column === undefined) return null;
    fields[[...line.section.split(".").slice(1), entry[1]].join("/")] = column;
  }
  return fields;
}

/** The same mapping with its fields read from these columns. */
export function withFields(text: string, fields: Fields): string {
  const all = lines(text);
  const first = all.findIndex((each) => isOfColumns(each.section));
  const at = first < 0 ? all.length : first;
  const kept = (part: Line[]) => part.filter((each) => !isOfColumns(each.section)).map((each) => each.text);
  const before = kept(all.slice(0, at));
  const after = kept(all.slice(at));
  const told = Object.entries(fields);
  const sections = ["", "billing", "shipping"].map((part) => {
    const own = told
      .map(([field, column]) => [...(field.includes("/") ? field.split("/") : ["", field]), column])
      .filter(([place]) => place === part)
      .map(([, key, column]) => `${key} = ${written(column ?? "")}`);
    if (part && own.length === 0) return [];
    return [`[columns${part && `.${part}`}]`, ...own, ""];
  });
  const head = before.at(-1) === "" ? before : [...before, ""];
  return [...head, ...sections.flat(), ...after].join("\n").replace(/\n{3,}/g, "\n\n");
}

/** A value at the top of a mapping, as it is written there without its quotes; none: null. */
export function valueAtTop(text: string, key: string): string | null {
  for (const line of lines(text)) {
    if (line.section) return null;
    const entry = ENTRY.exec(line.text);
    if (entry?.[1] === key) {
      const value = (entry[3] ?? "").trim();
      return stringAt(value) ?? value.replace(/\s*#.*$/, "");
    }
  }
  return null;
}

/** The same mapping with a value at its top (text, or true and false), or without it. */
export function withValue(text: string, key: string, value: string | boolean | null): string {
  const all = lines(text);
  const isSaid = ({ text: each, section }: Line) => !section && ENTRY.exec(each)?.[1] === key;
  const isOffered = ({ text: each, section }: Line) =>
    !section && ENTRY.exec(each.replace(/^\s*#\s*/, ""))?.[1] === key;
  const place = all.findIndex(isSaid);
  const offered = place < 0 ? all.findIndex(isOffered) : place;
  const end = all.findIndex((each) => each.section);
  const texts = all.map((each) => each.text);
  const line = typeof value === "string" ? `${key} = ${written(value)}` : `${key} = ${value}`;
  if (value === null) {
    if (place >= 0) texts.splice(place, 1);
  } else if (offered >= 0) texts[offered] = line;
  else texts.splice(end < 0 ? texts.length : end, 0, line);
  return texts.join("\n");
}

/** A name that a mapping may be kept under, of what somebody typed. */
export const mappingName = (typed: string): string => typed.trim().replace(/[\\/]/g, "-").replace(/^\.+/, "");
