declare module "virtual:handbook/*" {
  const chapters: readonly import("./chapter").Chapter[];
  export default chapters;
}
