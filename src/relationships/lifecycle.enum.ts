import { registerEnumType } from '@nestjs/graphql';
import { enumOf } from '../graphql/enum-of.js';
import { lifecycles } from './lifecycle.js';

export const LifecycleEnum = enumOf(lifecycles);
registerEnumType(LifecycleEnum, {
  name: 'Lifecycle',
  description: 'From awareness to purchase and on. It is not the stance: a customer can be a detractor.',
});
