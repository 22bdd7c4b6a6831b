/** A whole number where one is typed; what is none goes to the server, which says so at the field. */
export const wholeOf = (text: string): number | string =>
  /^-?\d{1,12}$/.test(text.trim()) ? Number(text) : text;
