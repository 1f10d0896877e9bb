// How names are written that the API server takes, each by the RFC or the page of the reference that says so.

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN_LIMIT = 253;

/** RFC 1123 label: containers, volumes, namespaces. */
export const isLabel = (text: string): boolean => LABEL.test(text);

/** RFC 1035 label, which begins with a letter: Services. */
export const isServiceName = (text: string): boolean => LABEL.test(text) && /^[a-z]/.test(text);

/** RFC 1123 subdomain: most objects. */
export const isSubdomain = (text: string): boolean =>
  text.length <= SUBDOMAIN_LIMIT && text.split('.').every(isLabel);

/** RFC 6335 service name: ports. */
export const isPortName = (text: string): boolean =>
  /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/.test(text);

/** Key of a label or an annotation: a prefix that is a subdomain, if any, and a name. */
export function isQualified(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  const isName = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(name);
  return isName && more.length === 0 && (prefix === undefined || isSubdomain(prefix));
}

export const isLabelValue = (text: string): boolean =>
  /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/.test(text);

/** Key in a ConfigMap or a Secret, which may become a file. */
export const isDataKey = (key: string): boolean => /^(?!\.{1,2}$)[-.\w]{1,253}$/.test(key);

/** Name of a variable that every shell knows, too. */
export const isVariable = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);

/** What is there more than once. */
export function twice(values: readonly unknown[]): readonly string[] {
  const texts = values.filter((value) => value !== undefined).map(String);
  return texts.filter((text, at) => texts.indexOf(text) !== at);
}
