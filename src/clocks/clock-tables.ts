import type { Table } from '../event-sourcing/read-store.js';

/**
 * Interactions, and steps that acknowledge, as the clocks know them now: from these the turns of a conversation are told anew
 * when something in it changes, and nothing else reads them. The key is the ordinal of the event that recorded it.
 */
export const clockMessageTable: Table = {
  name: 'clock_message',
  columns: {
    key: 'integer',
    id: 'text',
    reply_to: 'text',
    at: 'integer',
    part: 'text',
    channel: 'text',
    speaker: 'text',
  },
  nullable: ['reply_to', 'channel', 'speaker'],
  key: ['key'],
  indexes: [{ columns: ['id'] }, { columns: ['reply_to'], whereNotNull: 'reply_to' }],
};

/**
 * Stretches in which the ball was with us, in versions. A conversation is named by the key of the first interaction that opened
 * a clock in it; `place` counts its turns from 1; `opener` and `stopper` are keys of interactions. Times are milliseconds since
 * 1970, `stopped_at` is `open` while nothing has stopped it. The two columns `early` are 1 where a date lies before what it
 * answers.
 */
export const clockTurnTable: Table = {
  name: 'clock_turn',
  columns: {
    conversation: 'integer',
    place: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    opened_at: 'integer',
    stopped_at: 'integer',
    acknowledged_at: 'integer',
    early: 'integer',
    acknowledged_early: 'integer',
    opener: 'integer',
    stopper: 'integer',
    channel: 'text',
    speaker: 'text',
  },
  nullable: ['acknowledged_at', 'stopper', 'speaker'],
  key: ['conversation', 'place', 'known_from'],
  indexes: [{ columns: ['opened_at'] }, { columns: ['stopped_at'] }],
};

/**
 * Replies that are dated before what they answer, in versions: ours and theirs. `reply` is the key of the interaction and `id`
 * its id, `at` its date; the marking holds from `answered_at` on, the date of what it answers. Times are milliseconds since 1970.
 */
export const earlyReplyTable: Table = {
  name: 'early_reply',
  columns: {
    reply: 'integer',
    known_from: 'integer',
    known_until: 'integer',
    id: 'text',
    at: 'integer',
    answered_at: 'integer',
    channel: 'text',
  },
  key: ['reply', 'known_from'],
  indexes: [{ columns: ['id'] }, { columns: ['at', 'reply'] }],
};

// What follows is written once and never changed: it is known from its key on, the ordinal of the event.

/** Who of ours answered for a stakeholder from a date on, and in which tier; null: nobody, or none. */
export const clockOwnerTable: Table = {
  name: 'clock_owner',
  columns: { stakeholder: 'text', at: 'integer', key: 'integer', owner: 'text', tier: 'text' },
  nullable: ['owner', 'tier'],
  key: ['stakeholder', 'at', 'key'],
};

/** In which team one of ours was, from when that was recorded. */
export const clockTeamTable: Table = {
  name: 'clock_team',
  columns: { colleague: 'text', key: 'integer', at: 'integer', team: 'text' },
  nullable: ['team'],
  key: ['colleague', 'key'],
};

/** When a team works (an empty text: everybody), from a date on (an empty text: since ever). `hours` is a list as JSON. */
export const clockHoursTable: Table = {
  name: 'clock_hours',
  columns: { team: 'text', key: 'integer', from_date: 'text', zone: 'text', hours: 'text' },
  key: ['team', 'key'],
};

/** On which days of a year a team (an empty text: everybody) does not work. `days` is a list as JSON. */
export const clockHolidaysTable: Table = {
  name: 'clock_holidays',
  columns: { team: 'text', key: 'integer', year: 'integer', days: 'text' },
  key: ['team', 'key'],
};

/** How much working time a tier (an empty text: those in none) allows, in minutes, for clocks opened from a time on. */
export const clockTargetsTable: Table = {
  name: 'clock_targets',
  columns: {
    tier: 'text',
    key: 'integer',
    from_at: 'integer',
    acknowledge: 'integer',
    first_response: 'integer',
    next_response: 'integer',
    resolution: 'integer',
  },
  nullable: ['acknowledge', 'first_response', 'next_response', 'resolution'],
  key: ['tier', 'key'],
};
