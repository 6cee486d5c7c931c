import { Extensions } from '@nestjs/graphql';

/** What a key may do, each more than the one before: queries; commands too; keys too. */
export const roles = ['reader', 'recorder', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who asks: the key that a request came with. */
export interface Credential {
  readonly id: string;
  /** The actor on every event that it records. */
  readonly name: string;
  readonly role: Role;
}

export const isRole = (text: unknown): text is Role => roles.some((role) => role === text);

export const mayAct = ({ role }: Credential, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

/** The role that a root field takes, where it is not reader (queries, subscriptions) or recorder (mutations). */
export const Needs = (role: Role): MethodDecorator & PropertyDecorator => Extensions({ role });
