import type { Place } from '../domain/place'
import { keepPhoto, type NotKept, type PhotoOf, type Taken } from './photos'
import { storage } from './storage.svelte'

/** Takes what cameras and the gallery give, and says what became of it. */
export class Photographer {
  /** Taken and not on disk yet. */
  saving = $state(0)
  /** Their shots. */
  readonly shots = $state<string[]>([])
  /** What was not kept, and why. */
  refused = $state<{ key: number; name: string; why: NotKept }[]>([])
  #count = 0

  constructor(private readonly of: () => PhotoOf) {}

  async take(taken: Taken): Promise<NotKept | ''> {
    // What is asked when there is something to keep is more often granted.
    void storage.ask()
    this.saving++
    this.shots.push(taken.shot)
    const why = await keepPhoto(this.of(), taken)
    this.saving--
    this.shots.splice(this.shots.indexOf(taken.shot), 1)
    if (why !== '') this.refused = [...this.refused, { key: ++this.#count, name: taken.name, why }]
    return why
  }

  /** Files that the system's camera, or the gallery, gave. */
  async takeFiles(
    files: readonly File[],
    source: Taken['source'],
    about: { shot: string; label: string; place: Place | null },
  ): Promise<void> {
    this.refused = []
    const at = Date.now()
    // The shot is of the first; what was chosen with it goes beside.
    await Promise.all(
      files.map((picture, n) =>
        this.take({
          ...about,
          picture,
          source,
          at: at + n,
          place: source === 'camera' ? about.place : null,
          shot: n === 0 ? about.shot : '',
          name: picture.name,
        }),
      ),
    )
  }
}
