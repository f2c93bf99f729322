/**
 * Rings when a record changed: publish and subscribe, on a connection that is made when the first worker waits and closed when
 * none has waited for a while. A bell that does not ring harms nobody: whoever waits also looks from time to time.
 */
import type { RedisConnection, Subscriber } from "./redis-client.ts";

export interface Bell {
  /** Calls back at each change on the channel; returns how to leave, and whether it will ring at all. */
  listen(channel: string, onRing: () => void): Promise<{ readonly rings: boolean; leave(): void }>;
  close(): void;
}

const idleInMs = 5_000;

export function createBell(connection: RedisConnection): Bell {
  const rooms = new Map<string, Set<() => void>>();
  let connecting: Promise<Subscriber> | undefined;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const ring = (channel: string) => {
    for (const onRing of [...(rooms.get(channel) ?? [])]) onRing();
  };

  function close(): void {
    clearTimeout(idle);
    connecting?.then((subscriber) => subscriber.close()).catch(() => {});
    connecting = undefined;
    rooms.clear();
  }
  connection.onEnd(close);

  function leave(channel: string, onRing: () => void): void {
    const room = rooms.get(channel);
    room?.delete(onRing);
    if (!room || room.size > 0) return;
    rooms.delete(channel);
    connecting?.then((subscriber) => subscriber.unsubscribe(channel)).catch(() => {});
    if (rooms.size > 0) return;
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (rooms.size === 0) close();
    }, idleInMs);
    // Node's timers can be told to keep no process alive; others' are numbers.
    if (typeof idle === "object") idle.unref();
  }

  return {
    async listen(channel, onRing) {
      const room = rooms.get(channel) ?? new Set();
      const isFirst = room.size === 0;
      room.add(onRing);
      rooms.set(channel, room);
      const answer = { leave: () => leave(channel, onRing) };
      try {
        connecting ??= connection.listen(ring);
        const subscriber = await connecting;
        if (isFirst) await subscriber.subscribe(channel);
        return { ...answer, rings: true };
      } catch {
        connecting = undefined;
        return { ...answer, rings: false };
      }
    },
    close,
  };
}
