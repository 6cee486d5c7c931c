import type { Attribute } from './attribute.js';

/** The definition by which salience classes are told. */
export const salienceDefinition = 'salience-v1';

/** The attributes that make somebody salient. */
export const salientAttributes = ['power', 'legitimacy', 'urgency'] as const satisfies readonly Attribute[];
export type SalientAttribute = (typeof salientAttributes)[number];

export type SalientAttributes = Readonly<Record<SalientAttribute, boolean>>;

/**
 * The eight classes of Mitchell, Agle and Wood ('Toward a theory of stakeholder identification and salience', Academy of
 * Management Review 22(4), 1997): one attribute makes latent stakeholders (dormant, discretionary, demanding), two
 * expectant ones (dominant, dangerous, dependent), three the definitive.
 */
const classes = {
  dormant: { power: true, legitimacy: false, urgency: false },
  discretionary: { power: false, legitimacy: true, urgency: false },
  demanding: { power: false, legitimacy: false, urgency: true },
  dominant: { power: true, legitimacy: true, urgency: false },
  dangerous: { power: true, legitimacy: false, urgency: true },
  dependent: { power: false, legitimacy: true, urgency: true },
  definitive: { power: true, legitimacy: true, urgency: true },
  'non-stakeholder': { power: false, legitimacy: false, urgency: false },
} as const satisfies Record<string, SalientAttributes>;

export type SalienceClass = keyof typeof classes | 'unknown';

type Known = Exclude<SalienceClass, 'unknown'>;
const known = Object.keys(classes) as readonly Known[];

/** *Unknown* unless each of the three attributes was assessed: who has no power, and of whom nobody knows, are two things. */
export const salienceClasses: readonly SalienceClass[] = ['unknown', ...known];

/** The class of somebody of whom these attributes are assessed; what is left out is not. */
export const salienceOf = (assessed: Partial<SalientAttributes>): SalienceClass =>
  known.find((each) => salientAttributes.every((attribute) => classes[each][attribute] === assessed[attribute])) ??
  'unknown';

/** The attributes that make the class; null of the unknown. */
export const attributesOf = (salience: SalienceClass): SalientAttributes | null =>
  salience === 'unknown' ? null : classes[salience];
