// Decides how one line of CSV is written (RFC 4180).

/** The fields as one line, ended by CR LF. A field with a comma, a quote or a line break is quoted. */
export function csvLine(fields: readonly (string | number)[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A file name made of `stem` and `extension`, with nothing in it that a header or a file system would trip over. */
export function fileName(stem: string, extension: string): string {
  return `${stem.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100) || 'readings'}.${extension}`;
}
