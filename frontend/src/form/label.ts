/** What a switch's name begins with. */
const VERBS: Record<string, string> = { norm: "normalise", anneal: "anneal" };

const ABBREVIATIONS: Record<string, string> = {
  num: "number of",
  min: "minimum",
  max: "maximum",
  grad: "gradient", envs: "environments", env: "environment", lr: "learning rate", ent: "entropy", vf: "value",
  coef: "coefficient", kwargs: "arguments",
  std: "standard deviation", finetune: "fine-tuning", popart: "PopArt", cpu: "CPU", cuda: "CUDA",
  gsl: "GSL", forkmaze: "fork maze", metaworld: "Meta-World", maniskill: "ManiSkill", procgen: "Procgen",
  gymnasium: "Gymnasium",
  gae: "GAE", kl: "KL", adv: "advantages", vloss: "value loss", eps: "epsilon", bf16: "bf16", tf32: "TF32",
  ppo: "PPO", ppg: "PPG", trpo: "TRPO", leep: "LEEP", rl2: "RL²",  sac: "SAC", dapg: "DAPG", gail: "GAIL", bc: "BC", dagger: "DAgger",
  gru: "GRU", lstm: "LSTM", gridnavi: "GridNavi", darkroom: "Dark Room", keytodoor: "Dark Key-to-Door",
  cartpole: "CartPole", cadm: "CaDM", maml: "MAML-TRPO", pearl: "PEARL",
  mlp: "MLP", cnn: "CNN", adam: "Adam", impala: "IMPALA", id: "id",
}; // biome-ignore format: a glossary

/** Names that read badly word by word. */
const NAMES: Record<string, string> = {
  every_epochs: "Interval",
  num_steps: "Rollout length",
  variations_each: "Variations per specialist",
  per_variation: "Episodes per variation",
  generalist_per_variation: "Generalist episodes per variation",
  lowest_steps: "Steps on the lowest variations",
  clone: "Clone of the generalist",
  clone_fresh_head: "Clone with a fresh policy head",
  scratch: "From scratch",
  te_ppo: "TE-PPO",
  ppo_cadm: "PPO + CaDM",
  sequence: "Sequence model",
  external: "Your own",
  own: "Your trainer's own",
};

/** `num_envs` -> "Number of environments". */
export function label(name: string): string {
  const known = NAMES[name];
  if (known) return known;
  const words = name
    .split(/[_-]/)
    .map((word, place) => (place === 0 && VERBS[word]) || ABBREVIATIONS[word.toLowerCase()] || word);
  const text = words.join(" ").replace(/^held out/, "held-out");
  if (/\d/.test(words[0] ?? "")) return text; // float32
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** An option of a choice: names the code gave are written out, names of tasks and games stay as they are. */
export function optionLabel(option: string): string {
  return /^[a-z0-9]+(_[a-z0-9]+)*$/.test(option) ? label(option) : option;
}
