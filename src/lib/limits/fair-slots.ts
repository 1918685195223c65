/** Slots that one tenant may hold for each one that is free. */
const HELD_FOR_EACH_FREE = 4

/** Limits of {@link FairSlots}. */
export interface SlotLimits {
  /** Slots in use at the same time. */
  readonly max: number
  /** Askers that wait at the same time. */
  readonly maxWaiting: number
}

/** Asker for a slot. */
export interface SlotOwner {
  /** Tenant whose turn it is; `undefined` is the provider's. */
  readonly tenant: string | undefined
  /** User, or other part of the tenant, that has turns of its own within those of the tenant. */
  readonly member: string
  /** Slots that the member may have at the same time. Default: no limit of its own. */
  readonly limit?: number
}

/** Gives a slot back; another call of it has no effect. */
export type Release = () => void

/** Says that too many wait already, or that the asker does not wait any more. */
export class NoSlotError extends Error {}

interface Waiting {
  readonly owner: SlotOwner
  readonly start: (release: Release) => void
  readonly refuse: () => void
}

/** Slots of a member, and those of it who wait, the first one first. */
interface Member {
  used: number
  readonly waiting: Set<Waiting>
}

/** Slots of a tenant by member. Members without a slot who do not wait are not there. */
class Share {
  used = 0
  /** Number of its last turn; 0 before the first one. */
  lastTurn = 0
  waiting = 0
  readonly members = new Map<string, Member>()

  member(name: string): Member {
    const known = this.members.get(name)
    if (known) return known
    const member = { used: 0, waiting: new Set<Waiting>() }
    this.members.set(name, member)
    return member
  }

  /** Removes a member that has nothing any more. */
  forget(name: string): void {
    const member = this.members.get(name)
    if (member && !member.used && !member.waiting.size) this.members.delete(name)
  }

  /** Returns the next one that may start. */
  next(): Waiting | undefined {
    for (const member of this.members.values()) {
      const [first] = member.waiting
      if (first && member.used < (first.owner.limit ?? Infinity)) return first
    }
    return undefined
  }

  /** Lets the other members have their turn first. */
  moveToEnd(name: string): void {
    const member = this.member(name)
    this.members.delete(name)
    this.members.set(name, member)
  }
}

/** True if a tenant has its turn before another one: it has fewer slots, or has waited for longer. */
function isBefore(share: Share, other: Share): boolean {
  return share.used === other.used ? share.lastTurn < other.lastTurn : share.used < other.used
}

/**
 * Slots for work that needs something of which there is not enough for all at once, such as sockets. The tenant with the fewest
 * slots has the next turn, and within a tenant its users take turns. One tenant, however many of its calls wait, leaves some
 * slots to the others: it gets another one only while those that are free are more than a quarter of what it holds.
 *
 * @internal
 */
export class FairSlots {
  limits: SlotLimits
  #used = 0
  #waiting = 0
  #turn = 0
  readonly #shares = new Map<string | undefined, Share>()

  constructor(limits: SlotLimits) {
    this.limits = limits
  }

  /** Slots in use. */
  get used(): number {
    return this.#used
  }

  /** Askers that wait. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Takes a slot, or waits for one.
   *
   * @param onWait - called if there is a need to wait, with a function that ends it
   * @returns a function that gives the slot back, at once if there is no need to wait
   * @throws {@link NoSlotError}
   */
  enter(owner: SlotOwner, onWait?: (stopWaiting: () => void) => void): Release | Promise<Release> {
    const share = this.#shareOf(owner)
    const member = share.member(owner.member)
    if (!member.waiting.size && this.#mayStart(share) && member.used < (owner.limit ?? Infinity)) {
      return this.#started(owner)
    }
    return new Promise((start, fail) => {
      const waiting: Waiting = {
        owner,
        start,
        refuse: () => {
          if (!member.waiting.has(waiting)) return
          this.#remove(waiting)
          fail(new NoSlotError('no turn'))
        }
      }
      member.waiting.add(waiting)
      share.waiting++
      this.#waiting++
      onWait?.(waiting.refuse)
      if (this.#waiting > this.limits.maxWaiting) this.#surplus(waiting).refuse()
    })
  }

  #mayStart({ used }: Share): boolean {
    const free = this.limits.max - this.#used
    return used < HELD_FOR_EACH_FREE * free
  }

  #started(owner: SlotOwner): Release {
    const share = this.#shareOf(owner)
    share.member(owner.member).used++
    share.moveToEnd(owner.member)
    share.used++
    share.lastTurn = ++this.#turn
    this.#used++
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      share.member(owner.member).used--
      share.used--
      this.#used--
      this.#forget(owner)
      this.#advance()
    }
  }

  /** Starts all that may start. */
  #advance(): void {
    for (let next = this.#next(); next; next = this.#next()) {
      this.#remove(next)
      next.start(this.#started(next.owner))
    }
  }

  /** Returns the next one of the tenant that has the fewest slots. */
  #next(): Waiting | undefined {
    if (!this.#waiting || this.#used >= this.limits.max) return undefined
    let next: Waiting | undefined
    let best: Share | undefined
    for (const share of this.#shares.values()) {
      if (!share.waiting || !this.#mayStart(share) || (best && !isBefore(share, best))) continue
      const first = share.next()
      if (first) [next, best] = [first, share]
    }
    return next
  }

  /** Returns the one that came last, of the tenant of which most wait. */
  #surplus(latest: Waiting): Waiting {
    let most = this.#shareOf(latest.owner)
    for (const share of this.#shares.values()) if (share.waiting > most.waiting) most = share
    if (most === this.#shareOf(latest.owner)) return latest
    let longest: Member | undefined
    for (const member of most.members.values()) {
      if (member.waiting.size > (longest?.waiting.size ?? 0)) longest = member
    }
    return [...(longest?.waiting ?? [])].at(-1) ?? latest
  }

  #remove(waiting: Waiting): void {
    const share = this.#shareOf(waiting.owner)
    share.member(waiting.owner.member).waiting.delete(waiting)
    share.waiting--
    this.#waiting--
    this.#forget(waiting.owner)
  }

  #shareOf({ tenant }: SlotOwner): Share {
    const known = this.#shares.get(tenant)
    if (known) return known
    const share = new Share()
    this.#shares.set(tenant, share)
    return share
  }

  #forget({ tenant, member }: SlotOwner): void {
    const share = this.#shares.get(tenant)
    share?.forget(member)
    if (share && !share.members.size) this.#shares.delete(tenant)
  }
}
