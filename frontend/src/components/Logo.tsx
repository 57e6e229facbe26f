/** One path that forks to three goals. */
export function Logo() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#4c5fd5" />
      <path d="M6 16h7" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path d="M13 16c4 0 4-8 9-8M13 16h9M13 16c4 0 4 8 9 8" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" />
      <circle cx="24.5" cy="8" r="2.6" fill="#ffd43b" />
      <circle cx="24.5" cy="16" r="2.6" fill="#69db7c" />
      <circle cx="24.5" cy="24" r="2.6" fill="#74c0fc" />
    </svg>
  );
}
