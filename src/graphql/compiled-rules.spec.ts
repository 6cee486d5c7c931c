import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Type, plainToInstance } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { compiledRules } from './compiled-rules.js';
import { IsGlobalId, toGlobalId } from './ids.js';

class Part {
  @Length(1, 3)
  name!: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(5)
  size?: number | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => Part)
  inner?: Part | null;
}

class Base {
  @IsOptional()
  @Matches(/^[a-z]+$/)
  commandId?: string | null;
}

class Input extends Base {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(3)
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts!: Part[];

  @IsOptional()
  @IsGlobalId('Stone', { each: true })
  beside?: string[] | null;

  @IsIn(['a', 'b'])
  kind = 'a';

  @ValidateIf(({ kind }: Input) => kind === 'b')
  @Length(2, 4)
  why?: string;
}

const rules = compiledRules(Input);

const part: fc.Arbitrary<object> = fc.letrec((tie) => ({
  part: fc.record(
    {
      name: fc.constantFrom('', 'a', 'abc', 'abcd', null),
      size: fc.option(fc.constantFrom(-1, 0, 5, 6, 1.5)),
      inner: fc.option(tie('part'), { depthSize: 'small' }),
    },
    { requiredKeys: ['name'] },
  ),
})).part;

const plain = fc.record(
  {
    commandId: fc.option(fc.constantFrom('abc', 'ABC', '')),
    parts: fc.oneof(
      fc.array(part, { maxLength: 4 }),
      fc.constant(null),
      fc.array(fc.constantFrom(null, 'x', 3), { maxLength: 2 }),
    ),
    beside: fc.option(
      fc.array(fc.constantFrom(toGlobalId('Stone', '1'), toGlobalId('Other', '1'), ''), { maxLength: 2 }),
    ),
    kind: fc.constantFrom('a', 'b', 'c'),
    why: fc.constantFrom('', 'fine', 'too long'),
  },
  { requiredKeys: [] },
);

describe('compiled rules', () => {
  it('hold exactly where class-validator finds no fault', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const errors = validateSync(plainToInstance(Input, value), { forbidUnknownValues: false });
        expect(rules.hold(rules.instance(value))).toBe(errors.length === 0);
      }),
      { numRuns: 500 },
    );
  });

  it('make the instances that class-transformer makes', () => {
    const value = { parts: [{ name: 'a', inner: { name: 'b' } }], commandId: 'x' };
    const input = rules.instance(value) as Input;
    expect(input).toEqual(plainToInstance(Input, value));
    expect([
      input instanceof Input,
      input.parts[0] instanceof Part,
      input.parts[0]?.inner instanceof Part,
      input.kind,
    ]).toEqual([true, true, true, 'a']);
  });
});
