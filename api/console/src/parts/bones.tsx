/** What waits stands as bones in its place. */
export function Bones({ rows = 5 }: { rows?: number }) {
  return (
    <div className="bones" aria-busy="true">
      {Array.from({ length: rows }, (_, each) => (
        <span key={each} className="bone" />
      ))}
    </div>
  );
}
