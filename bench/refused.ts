/** The bench was asked for something it does not do; the message tells a person all there is to tell. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
