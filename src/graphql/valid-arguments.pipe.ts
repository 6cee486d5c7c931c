import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { type ValidationError, getMetadataStorage, validateSync } from 'class-validator';
import { type Rules, compiledRules } from './compiled-rules.js';
import { type Fault, badUserInput } from './errors.js';

/** What Nest calls a parameter that holds arguments of a field; contexts, parents and the like are 'custom'. */
const argumentsOfField = 'body';

/**
 * Validates the arguments of fields whose class carries rules of class-validator, and answers with every fault at once.
 * Nest's own pipe would also look at contexts and parents, and takes much longer.
 */
@Injectable()
export class ValidArguments implements PipeTransform {
  readonly #rules = new Map<unknown, Rules | null>();

  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type !== argumentsOfField || typeof value !== 'object' || value === null) return value;
    const rules = this.#rulesOf(metatype);
    if (rules === null) return value;
    const input = rules.instance(value);
    if (rules.hold(input)) return input;
    const errors = validateSync(input, { forbidUnknownValues: false, stopAtFirstError: false });
    if (errors.length > 0)
      throw badUserInput(errors.flatMap((error) => faultsOf(error, data === undefined ? [] : [data])));
    return input;
  }

  #rulesOf(metatype: ArgumentMetadata['metatype']): Rules | null {
    const known = this.#rules.get(metatype);
    if (known !== undefined) return known;
    const ruled =
      typeof metatype === 'function' &&
      getMetadataStorage().getTargetValidationMetadatas(metatype, '', true, false).length > 0;
    const rules = ruled ? compiledRules(metatype as new () => object) : null;
    this.#rules.set(metatype, rules);
    return rules;
  }
}

/** An item of a list is named by its index, so that the path leads to it. */
const step = (property: string): string | number => (/^\d+$/.test(property) ? Number(property) : property);

const faultsOf = (
  { property, constraints, children }: ValidationError,
  above: readonly (string | number)[],
): readonly Fault[] => {
  const path = [...above, step(property)];
  // Several rules of one field often say the same in other words.
  const messages = new Set(Object.values(constraints ?? {}));
  return [
    ...[...messages].map((message) => ({ path, message })),
    ...(children ?? []).flatMap((child) => faultsOf(child, path)),
  ];
};
