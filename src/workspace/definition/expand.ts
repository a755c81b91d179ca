import { ExpressionError } from '../../expressions/index.js';
import { nearMiss } from '../../near-miss.js';
import { canonical, isClause, isPlain } from './clause.js';
import { DefinitionError, type DefinitionPath, type DefinitionProblem } from './error.js';
import { Variables, type VariableValue } from './variables.js';
import { isWrittenOut, writtenOut } from './written-out.js';

/** With one more `$` in front, it stands for itself. */
const PLACEHOLDER = /(\$?)\$\{\s*([^{}]*?)\s*\}/g;
const VARIABLE = /^env\.(.+)$/s;
/** The keys whose texts are expressions, in the words of a definition and in Twilio's. */
const EXPRESSION_KEYS = ['targetWorkers', 'expression', 'skipIf', 'skip_if'];

/** Twilio takes hardly more for a whole workflow. Names that stand for names can double with each. */
const LONGEST = 1_000_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The definition with everything written out: `${env.NAME}` in any string, `${name}` of `expressions` in expressions, and
 * clauses as strings. `$${…}` stands for the text `${…}`. `expressions` and `environments` are gone afterwards. What has
 * another form is left to the check, and so is what is written out already.
 *
 * @throws {DefinitionError} for a name that stands for nothing, or for itself.
 */
export function expandDefinition(definition: unknown, variables: Variables = new Variables()): unknown {
  if (!isPlain(definition) || isWrittenOut(definition)) return definition;
  const { expressions, environments, ...rest } = definition;
  const scope = new Scope(variables, environments, expressions);
  const expanded = scope.expand(rest, []);
  if (scope.problems.length > 0) throw new DefinitionError(scope.problems);
  return writtenOut(expanded as object);
}

class Scope {
  readonly problems: DefinitionProblem[] = [];
  readonly #variables: Variables;
  readonly #own: Fields;
  readonly #expressions: Fields;
  readonly #clauses = new Map<string, string | undefined>();
  readonly #above = new Set<unknown>();

  constructor(variables: Variables, environments: unknown, expressions: unknown) {
    this.#variables = variables;
    const { environment } = variables;
    this.#own = this.#values(environments, environment);
    this.#expressions = this.#named(expressions);
  }

  expand(value: unknown, path: DefinitionPath): unknown {
    if (typeof value === 'string') return this.#text(value, path);
    if (isClause(value)) return value.text;
    if (typeof value !== 'object' || value === null || this.#above.has(value)) return value;
    this.#above.add(value);
    try {
      if (Array.isArray(value)) return value.map((item, index) => this.expand(item, [...path, index]));
      if (!isPlain(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, this.expand(one, [...path, key])]),
      );
    } finally {
      this.#above.delete(value);
    }
  }

  #text(text: string, path: DefinitionPath): unknown {
    if (!text.includes('${')) return text;
    const [kind, , key] = path;
    const free = kind === 'workers' && key === 'attributes';
    const inExpression = !free && EXPRESSION_KEYS.includes(String(path.at(-1)));
    let composed = false;
    let whole: unknown;
    const written = this.#written(text, path, (placeholder, name) => {
      const variable = VARIABLE.exec(name)?.[1];
      if (variable !== undefined) {
        const value = this.#variable(variable, path);
        if (placeholder === text) whole = value;
        return String(value);
      }
      // Attributes are the business of handlers, and may hold whatever they like.
      if (!inExpression) return placeholder;
      composed = true;
      const clause = this.#clause(name, path);
      return clause === undefined ? placeholder : `(${clause})`;
    });
    if (written === undefined) return text;
    if (whole !== undefined) return whole;
    return composed ? spelt(written) : written;
  }

  /** A text with what stands for its placeholders; undefined, with a problem, for one that grows beyond reason. */
  #written(
    text: string,
    path: DefinitionPath,
    write: (placeholder: string, name: string) => string,
  ): string | undefined {
    let length = text.length;
    const written = text.replaceAll(PLACEHOLDER, (placeholder: string, dollar: string, name: string) => {
      if (length > LONGEST) return '';
      if (dollar !== '') return placeholder.slice(1);
      const one = write(placeholder, name);
      length += one.length;
      return length > LONGEST ? '' : one;
    });
    if (length <= LONGEST) return written;
    const message = `is too long: expanded, it has more than ${LONGEST.toLocaleString('en-US')} characters. Use fewer names in it.`;
    this.problems.push({ path, message });
    return undefined;
  }

  #variable(name: string, path: DefinitionPath): VariableValue {
    const own = Object.hasOwn(this.#own, name) ? this.#own[name] : undefined;
    const value = (own as VariableValue | undefined) ?? this.#variables.get(name);
    if (value !== undefined) return value;
    this.problems.push({ path, message: this.#variables.missing(name) });
    return '';
  }

  /** The text of a named expression, with the names in it written out. */
  #clause(name: string, path: DefinitionPath): string | undefined {
    const at: DefinitionPath = ['expressions', name];
    if (this.#clauses.has(name)) return this.#clauses.get(name);
    const source = Object.hasOwn(this.#expressions, name) ? this.#expressions[name] : undefined;
    if (source === undefined) {
      const names = Object.keys(this.#expressions);
      const meant = nearMiss(name, names);
      const hint =
        meant === undefined
          ? names.length === 0
            ? 'Write it under expressions; a variable begins with env.'
            : `Expressions: ${names.join(', ')}.`
          : `Did you mean "${meant}"?`;
      this.problems.push({ path, message: `there is no expression named ${JSON.stringify(name)}. ${hint}` });
      return undefined;
    }
    if (this.#above.has(name)) {
      this.problems.push({
        path: at,
        message: `refers to itself: ${[...this.#above].filter((one) => typeof one === 'string').join(' -> ')} -> ${name}. Write one of them without the other.`,
      });
      return undefined;
    }
    this.#above.add(name);
    const before = this.problems.length;
    const text = this.#written(String(source), at, (placeholder, inner) => {
      const variable = VARIABLE.exec(inner)?.[1];
      if (variable !== undefined) return String(this.#variable(variable, at));
      const clause = this.#clause(inner, at);
      return clause === undefined ? placeholder : `(${clause})`;
    });
    this.#above.delete(name);
    let clause: string | undefined;
    if (text !== undefined && this.problems.length === before) {
      try {
        clause = canonical(text);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        this.problems.push({ path: at, message: `${error.message}\n${error.excerpt}` });
      }
    }
    this.#clauses.set(name, clause);
    return clause;
  }

  #named(expressions: unknown): Fields {
    if (expressions === undefined) return {};
    const fields = isPlain(expressions) ? expressions : {};
    if (!isPlain(expressions))
      this.problems.push({
        path: ['expressions'],
        message: 'must be an object of expressions by their names.',
      });
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string' || isClause(value)) continue;
      this.problems.push({ path: ['expressions', name], message: 'must be a string.' });
    }
    return fields;
  }

  #values(environments: unknown, chosen: string | undefined): Fields {
    if (environments === undefined) return {};
    if (!isPlain(environments)) {
      this.problems.push({
        path: ['environments'],
        message: 'must be an object of environments by their names, each an object of values.',
      });
      return {};
    }
    for (const [name, values] of Object.entries(environments)) {
      this.#variables.known.add(name);
      const at: DefinitionPath = ['environments', name];
      if (!isPlain(values))
        this.problems.push({ path: at, message: 'must be an object of values by their names.' });
      else
        for (const [key, value] of Object.entries(values)) {
          if (['string', 'number', 'boolean'].includes(typeof value)) continue;
          this.problems.push({ path: [...at, key], message: 'must be a string, a number, true or false.' });
        }
    }
    const own =
      chosen !== undefined && Object.hasOwn(environments, chosen) ? environments[chosen] : undefined;
    return isPlain(own) ? own : {};
  }
}

/** In the canonical spelling, with no bracket too many; as it is where it is no expression, for the check to say why. */
function spelt(text: string): string {
  try {
    return canonical(text);
  } catch {
    return text;
  }
}
