// Base64 as bridges write it: line breaks and missing padding are fine, anything that is no base64 is not.

/** Undefined when the text is no base64. The bytes are a copy of their own. */
export function bytesOfBase64(text: string): Buffer | undefined {
  const digits = text.replace(/\s+/g, '').replace(/={1,2}$/, '');
  if (digits.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(digits)) return undefined;
  return Buffer.from(digits, 'base64');
}
