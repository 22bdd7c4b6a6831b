declare module "virtual:handbook_*" {
  const chapters: readonly import("./chapter").Chapter[];
  export default chapters;
}
