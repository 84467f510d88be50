// What BuildKit, which builds for Docker, makes of a Dockerfile: `buildkit DOCKERFILE CONTEXT` prints what its parser and linter say, how many
// stages there are, and which files of the context its .dockerignore leaves. Nothing is built.
package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"log"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
)

type answer struct {
	Warnings []string `json:"warnings"`
	Stages   int      `json:"stages"`
	Files    []string `json:"files"`
}

func main() {
	said := answer{Warnings: []string{}}
	parse(os.Args[1], &said)
	walk(os.Args[2], os.Args[1]+".dockerignore", &said)
	must(json.NewEncoder(os.Stdout).Encode(said))
}

func parse(path string, said *answer) {
	file, err := os.Open(path)
	must(err)
	parsed, err := parser.Parse(file)
	must(err)
	for _, warning := range parsed.Warnings {
		said.Warnings = append(said.Warnings, warning.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) {
		said.Warnings = append(said.Warnings, rule+": "+message)
	}})
	stages, _, err := instructions.Parse(parsed.AST, lint)
	must(err)
	said.Stages = len(stages)
}

func walk(directory, ignore string, said *answer) {
	file, err := os.Open(ignore)
	must(err)
	patterns, err := ignorefile.ReadAll(file)
	must(err)
	all, err := fsutil.NewFS(directory)
	must(err)
	left, err := fsutil.NewFilterFS(all, &fsutil.FilterOpt{ExcludePatterns: patterns})
	must(err)
	must(left.Walk(context.Background(), "", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			said.Files = append(said.Files, path)
		}
		return err
	}))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
