import { isPicture, PICTURES } from "./pictures";

interface Props {
  picture: string;
  size?: 16 | 20 | 24 | 32;
}

/** An assistant's picture: one of ours, or a sign that somebody chose over the API. Its name stands beside it. */
export function AssistantPicture({ picture, size = 20 }: Props) {
  const Icon = isPicture(picture) ? PICTURES[picture] : PICTURES.bot;
  if (picture && !isPicture(picture))
    return (
      <span className="assistant-picture" style={{ fontSize: size }} aria-hidden="true">
        {picture}
      </span>
    );
  return <Icon size={size} aria-hidden="true" className="assistant-picture" />;
}
