// Command sigsyaml reads YAML the way Kubernetes does: with sigs.k8s.io/yaml, the package that kubectl, the API
// server's clients and Argo CD use. Tests compare our own reader and writer with it.
//
// Standard input is a JSON list of YAML documents (strings). Standard output is a JSON list of the same length:
// {"json": VALUE} for a document that was read, {"error": TEXT} for one that was refused. With -strict a mapping
// that has a key twice is refused, as kubectl and the API server's strict validation do.
//
// See https://pkg.go.dev/sigs.k8s.io/yaml.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

type answer struct {
	JSON  json.RawMessage `json:"json,omitempty"`
	Error string          `json:"error,omitempty"`
}

func read(document string, strict bool) answer {
	convert := yaml.YAMLToJSON
	if strict {
		convert = yaml.YAMLToJSONStrict
	}
	value, err := convert([]byte(document))
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{JSON: value}
}

func run() error {
	strict := flag.Bool("strict", false, "refuse a mapping that has a key twice")
	flag.Parse()
	var documents []string
	if err := json.NewDecoder(os.Stdin).Decode(&documents); err != nil {
		return fmt.Errorf("standard input must be a JSON list of strings: %w", err)
	}
	answers := make([]answer, 0, len(documents))
	for _, document := range documents {
		answers = append(answers, read(document, *strict))
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "sigsyaml:", err)
		os.Exit(2)
	}
}
