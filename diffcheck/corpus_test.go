package main

import (
	"path/filepath"
	"testing"
)

// On this machine's kernel, as far as it has what they need, the scripts of the
// corpus show what they state and the Linux dialect allows it.
func TestCorpusOnThisMachine(t *testing.T) {
	corpus, err := filepath.Abs("corpus")
	if err != nil {
		t.Fatal(err)
	}
	got := diffcheck(t, nil, "replay", "--targets", "kernel,sim", corpus)
	if got.code != 0 {
		t.Errorf("exit %d, want 0; stderr %q, stdout\n%s", got.code, got.stderr, got.stdout)
	}
	t.Logf("%s", got.stdout)
}
