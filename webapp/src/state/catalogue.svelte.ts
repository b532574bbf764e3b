import { readValue, type Spec } from '../domain/catalogue'
import type { Day } from '../domain/day'
import type { Schemas } from './api'
import { send } from './send'

/** Each adds one dated value, changes none, and answers true. @throws as `send` */
const add = (what: string) => (body: unknown) =>
  send(`/catalogue/${what}`, { method: 'POST', body }).then(() => true as const)
export const addHoliday: (body: Schemas['NewHoliday']) => Promise<true> = add('holidays')
export const addJurisdiction: (body: Schemas['NewJurisdiction']) => Promise<true> = add('jurisdictions')
const addParameter: (body: Schemas['NewParameter']) => Promise<true> = add('parameters')

/** A value of a parameter while it is being written. */
export class NewValue {
  text = $state('')
  pick = $state('')
  days = $state<number[]>([])
  from = $state<Day>('')
  basis = $state<'' | 'norm' | 'assumption'>('')
  norm = $state('')
  readonly read = $derived.by(() => readValue(this.spec, this))

  constructor(
    readonly key: string,
    readonly spec: Spec,
  ) {}

  toggle(day: number): void {
    this.days = this.days.includes(day) ? this.days.filter((d) => d !== day) : [...this.days, day]
  }

  add(): Promise<true> {
    return addParameter({
      key: this.key,
      value: this.read.value,
      valid_from: this.from,
      norm: this.norm,
      assumption: this.basis === 'assumption',
    })
  }
}
