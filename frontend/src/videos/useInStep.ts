import { useCallback, useEffect, useRef, useState } from "react";
import { pictureAt, timeOf } from "./steps";

const APART = 2; // pictures that a player may be off before it is moved

/** Plays several videos of one frame rate in step. `picture` is what is shown; a shorter video stays at its end. */
export function useInStep(lengths: number[], rate: number) {
  const players = useRef(new Map<number, HTMLVideoElement>());
  const [playing, setPlaying] = useState(false);
  const [picture, setPicture] = useState(0);
  const longest = lengths.indexOf(Math.max(...lengths));
  const last = Math.max(0, (lengths[longest] ?? 1) - 1);

  const seek = useCallback(
    (to: number) => {
      for (const [index, player] of players.current)
        player.currentTime = timeOf(Math.min(to, (lengths[index] ?? 1) - 1), rate);
      setPicture(to);
    },
    [lengths, rate],
  );

  const toggle = () => {
    if (!playing && picture >= last) seek(0);
    setPlaying(!playing);
  };

  useEffect(() => {
    const all = [...players.current];
    if (!playing) {
      for (const [, player] of all) player.pause();
      return;
    }
    for (const [, player] of all) void player.play().catch(() => setPlaying(false));
    let frame = 0;
    const follow = () => {
      const leader = players.current.get(longest);
      if (!leader) return;
      const now = pictureAt(leader.currentTime, rate);
      setPicture(Math.min(now, last));
      for (const [index, player] of players.current) {
        const wanted = Math.min(now, (lengths[index] ?? 1) - 1);
        if (Math.abs(pictureAt(player.currentTime, rate) - wanted) > APART) player.currentTime = timeOf(wanted, rate);
      }
      if (leader.ended || now >= last) {
        setPlaying(false);
        seek(last);
      } else frame = requestAnimationFrame(follow);
    };
    frame = requestAnimationFrame(follow);
    return () => cancelAnimationFrame(frame);
  }, [playing, longest, last, lengths, rate, seek]);

  const register = (index: number) => (player: HTMLVideoElement | null) => {
    if (player) players.current.set(index, player);
    else players.current.delete(index);
  };

  return { playing, picture, last, toggle, seek, register };
}
