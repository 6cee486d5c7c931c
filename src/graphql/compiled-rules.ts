import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';

type Constructor = new () => object;
type Holds = (value: unknown, input: object) => boolean;

interface Property {
  readonly name: string;
  /** Where one of these does not hold, the property is not looked at (`IsOptional`). */
  readonly conditions: readonly ((input: object, value: unknown) => boolean)[];
  readonly checks: readonly Holds[];
  /** The class of what stands below, where that is validated too. */
  readonly below: Rules | null;
}

/** The rules of an input class, ready to run. */
export interface Rules {
  /** An instance of the class with the values of a plain object, which GraphQL has coerced. */
  instance(plain: object): object;
  /** Whether every rule holds. Never true where class-validator would find a fault; where it is false, ask that which. */
  hold(input: object): boolean;
}

type Values = Record<string, unknown>;

/**
 * Compiles the rules that class-validator has for a class: the same checks, without what it does about them at every
 * call, which takes ten times as long. A rule of a kind that is not known here never holds, so class-validator is asked.
 */
export const compiledRules = (target: Constructor, known = new Map<Constructor, Rules>()): Rules => {
  const rules = known.get(target);
  if (rules !== undefined) return rules;
  const properties: Property[] = [];
  const below = new Map<string, Rules>();
  const compiled: Rules = {
    instance: (plain) => {
      const input = new target() as Values;
      for (const [name, value] of Object.entries(plain)) {
        const itsRules = below.get(name);
        input[name] = itsRules === undefined ? value : instances(itsRules, value);
      }
      return input;
    },
    hold: (input) => properties.every((property) => holdsFor(property, input)),
  };
  // Before its properties: an input may hold inputs of its own class.
  known.set(target, compiled);

  const metadatas = Map.groupBy(
    getMetadataStorage().getTargetValidationMetadatas(target, '', true, false),
    ({ propertyName }) => propertyName,
  );
  for (const [name, rulesOfIt] of metadatas) {
    const nested = rulesOfIt.some(({ type }) => type === 'nestedValidation') ? classBelow(target, name) : undefined;
    const itsRules = nested === undefined ? null : compiledRules(nested, known);
    if (itsRules !== null) below.set(name, itsRules);
    properties.push({
      name,
      conditions: rulesOfIt
        .filter(({ type }) => type === 'conditionalValidation')
        .map(({ constraints }) => constraints[0] as Property['conditions'][number]),
      checks: rulesOfIt
        .filter(({ type }) => type !== 'conditionalValidation')
        .flatMap((metadata) => checksOf(metadata, itsRules !== null)),
      below: itsRules,
    });
  }
  return compiled;
};

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const never: Holds = () => false;

const checksOf = (metadata: Metadata, isNested: boolean): readonly Holds[] => {
  const { type, each, constraints, constraintCls, propertyName } = metadata;
  if (type === 'nestedValidation') return isNested ? [] : [never];
  if (type !== 'customValidation' || metadata.validateIf !== undefined) return [never];
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(({ instance, async }): Holds => {
      if (async) return never;
      const check = (value: unknown, whole: unknown, input: object): boolean =>
        instance.validate(value, {
          targetName: input.constructor.name,
          property: propertyName,
          object: input,
          value: whole,
          constraints,
        }) === true;
      return each
        ? (value, input) =>
            Array.isArray(value)
              ? value.every((item: unknown) => check(item, value, input))
              : check(value, value, input)
        : (value, input) => check(value, value, input);
    });
};

const holdsFor = ({ name, conditions, checks, below }: Property, input: object): boolean => {
  const value = (input as Values)[name];
  for (const condition of conditions) if (!condition(input, value)) return true;
  for (const check of checks) if (!check(value, input)) return false;
  if (below === null || value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.every((item: unknown) => isObject(item) && below.hold(item));
  return isObject(value) && below.hold(value);
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const instances = (rules: Rules, value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((item: unknown) => instances(rules, item));
  return isObject(value) ? rules.instance(value) : value;
};

/** Which class `@Type` says stands below a property: seen by letting class-transformer make one. */
const classBelow = (target: Constructor, name: string): Constructor | undefined => {
  const made = (plainToInstance(target, { [name]: {} }) as Values)[name];
  return isObject(made) && made.constructor !== Object ? (made.constructor as Constructor) : undefined;
};
