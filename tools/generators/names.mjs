/** The forms of a kebab-case name that templates use. */
export function namesOf(name) {
  const type = name.replace(/(^|-)([a-z0-9])/g, (_, __, c) => c.toUpperCase());
  const words = name.replaceAll('-', ' ');
  return {
    name,
    type,
    value: type.replace(/^./, (c) => c.toLowerCase()),
    words,
    title: words.replace(/^./, (c) => c.toUpperCase()),
    code: name.replaceAll('-', '_').toUpperCase(),
  };
}
