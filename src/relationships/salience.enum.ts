import { registerEnumType } from '@nestjs/graphql';
import { enumOf } from '../graphql/enum-of.js';
import { attributes } from './attribute.js';
import { salienceClasses } from './salience.js';

export const AttributeEnum = enumOf(attributes);
registerEnumType(AttributeEnum, {
  name: 'StakeholderAttribute',
  description: 'What a person of ours sees in somebody. Only influence may be of a topic.',
});

export const SalienceClassEnum = enumOf(salienceClasses);
registerEnumType(SalienceClassEnum, {
  name: 'SalienceClass',
  description:
    'By power, legitimacy and urgency, as Mitchell, Agle and Wood have it; unknown unless all three were assessed.',
});
