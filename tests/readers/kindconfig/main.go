// Command kindconfig reads the configuration of a kind cluster with kind's own types, as strictly as kind itself does:
// an unknown field, a key that a mapping has twice and an unknown apiVersion or kind are refused. More than one
// document is refused too, where kind would silently read the first.
//
// The only argument is a file; without one, or with "-", standard input is read. Standard output is the configuration
// as JSON, with kind's defaults filled in. A configuration that is refused ends with status 1 and the reason on
// standard error, a file that cannot be read or a wrong use with status 2.
//
// What kind checks after decoding (port ranges, subnets, roles) is in a package that nobody else can import:
// https://github.com/kubernetes-sigs/kind/blob/v0.33.0/pkg/internal/apis/config/validate.go. This reads as
// encoding/load.go beside it does.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
)

const (
	apiVersion = "kind.x-k8s.io/v1alpha4"
	kind       = "Cluster"
)

// read takes one argument or none.
func read(arguments []string) ([]byte, error) {
	switch {
	case len(arguments) > 1:
		return nil, errors.New("one file, or none for standard input")
	case len(arguments) == 0 || arguments[0] == "-":
		return io.ReadAll(os.Stdin)
	default:
		return os.ReadFile(arguments[0])
	}
}

func decode(raw []byte) (*v1alpha4.Cluster, error) {
	// First what it says that it is, so that another version is named as such and not by its unknown fields.
	var meta v1alpha4.TypeMeta
	if err := yaml.Unmarshal(raw, &meta); err != nil {
		return nil, err
	}
	if meta.APIVersion != apiVersion || meta.Kind != kind {
		return nil, fmt.Errorf("apiVersion is %q and kind is %q, must be %q and %q", meta.APIVersion, meta.Kind, apiVersion, kind)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	var cluster v1alpha4.Cluster
	if err := decoder.Decode(&cluster); err != nil {
		return nil, err
	}
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("line %d: a second document, which kind would not read", more.Line)
	}
	v1alpha4.SetDefaultsCluster(&cluster)
	return &cluster, nil
}

func main() {
	raw, err := read(os.Args[1:])
	if err != nil {
		fail(err, 2)
	}
	cluster, err := decode(raw)
	if err != nil {
		fail(err, 1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(cluster); err != nil {
		fail(err, 2)
	}
}

func fail(err error, status int) {
	fmt.Fprintln(os.Stderr, "kindconfig:", err)
	os.Exit(status)
}
