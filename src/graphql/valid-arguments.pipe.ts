import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, getMetadataStorage, validateSync } from 'class-validator';
import { type Fault, badUserInput } from './errors.js';

/** What Nest calls a parameter that holds arguments of a field; contexts, parents and the like are 'custom'. */
const argumentsOfField = 'body';

type Constructor = new () => object;

/**
 * Validates the arguments of root fields whose class carries rules of class-validator, and answers with every fault at
 * once. Nest's own pipe would also look at contexts, parents and plain values, on every call.
 */
@Injectable()
export class ValidArguments implements PipeTransform {
  readonly #ruled = new Map<unknown, boolean>();

  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type !== argumentsOfField || metatype === undefined || !this.#hasRules(metatype)) return value;
    if (typeof value !== 'object' || value === null) return value;
    const input = plainToInstance(metatype as Constructor, value);
    const errors = validateSync(input, { forbidUnknownValues: false, stopAtFirstError: false });
    if (errors.length > 0) throw badUserInput(errors.flatMap((error) => faultsOf(error, data === undefined ? [] : [data])));
    return input;
  }

  #hasRules(metatype: unknown): boolean {
    const known = this.#ruled.get(metatype);
    if (known !== undefined) return known;
    const ruled =
      typeof metatype === 'function' && getMetadataStorage().getTargetValidationMetadatas(metatype, '', true, false).length > 0;
    this.#ruled.set(metatype, ruled);
    return ruled;
  }
}

/** An item of a list is named by its index, so that the path leads to it. */
const step = (property: string): string | number => (/^\d+$/.test(property) ? Number(property) : property);

const faultsOf = ({ property, constraints, children }: ValidationError, above: readonly (string | number)[]): readonly Fault[] => {
  const path = [...above, step(property)];
  // Several rules of one field often say the same in other words.
  const messages = new Set(Object.values(constraints ?? {}));
  return [...[...messages].map((message) => ({ path, message })), ...(children ?? []).flatMap((child) => faultsOf(child, path))];
};
