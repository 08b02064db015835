// Answers searches with MiniSearch: reads papers from a file, then one JSON query a line from standard input.
const fs = require("fs");
const readline = require("readline");
const MiniSearch = require("minisearch");

const index = new MiniSearch({
  fields: ["title", "authors", "abstract"],
  searchOptions: { prefix: true, fuzzy: 0.2, boost: { title: 2 } },
});
const lines = fs.readFileSync(process.argv[2], "utf-8").split("\n").filter(Boolean);
const papers = new Map(lines.map((line) => JSON.parse(line)).map((paper) => [paper.id, paper]));
index.addAll([...papers.values()]);

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { text, limit } = JSON.parse(line);
  const ids = index.search(text).slice(0, limit).map((found) => found.id);
  process.stdout.write(JSON.stringify(ids) + "\n");
});
