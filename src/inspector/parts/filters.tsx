/** One of several, or all: `value` is empty then. */
export function Choice({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}) {
  return (
    <label class={value === '' ? 'field' : 'field set'}>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">all</option>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Search({
  value,
  what,
  onChange,
}: {
  value: string;
  what: string;
  onChange: (value: string) => void;
}) {
  return (
    <label class={value === '' ? 'field search' : 'field search set'}>
      <span>Search</span>
      <input
        type="search"
        value={value}
        placeholder={what}
        spellcheck={false}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
