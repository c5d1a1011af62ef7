package sensitivity

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stepsMax is how short a fault's script must shrink to.
const stepsMax = 6

// TestPlantedFaultIsFound builds diffcheck with one fault and runs it as a
// user would, with a free seed, but not for as long.
func TestPlantedFaultIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs diffcheck once per fault; run without -short")
	}
	root := repository(t)
	for _, f := range faults {
		t.Run(strings.ReplaceAll(f.name, " ", "-"), func(t *testing.T) {
			found := run(t, build(t, root, f))
			shrunk := slices.IndexFunc(found, func(d divergence) bool { return d.Shrunk })
			switch {
			case len(found) == 0:
				t.Fatalf("planted %q in %s: a default run found no divergence", f.name, f.file)
			case shrunk < 0:
				t.Fatalf("planted %q: of %d divergences none was shrunk", f.name, len(found))
			case found[shrunk].Steps > stepsMax:
				t.Errorf("planted %q: shrunk to %d steps, want %d or fewer", f.name, found[shrunk].Steps, stepsMax)
			}
			t.Logf("%s: %d steps", f.name, found[shrunk].Steps)
		})
	}
}

// repository is the root of the module that this test belongs to.
func repository(t *testing.T) string {
	t.Helper()
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatalf("go env GOMOD: %v", err)
	}
	return filepath.Dir(strings.TrimSpace(string(mod)))
}

// build makes a diffcheck in which f is planted.
func build(t *testing.T, root string, f fault) string {
	t.Helper()
	dir := t.TempDir()
	original := filepath.Join(root, f.file)
	source, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), f.old); n != 1 {
		t.Fatalf("%s holds %q %d times, want once: give the fault its new line", f.file, f.old, n)
	}
	changed := filepath.Join(dir, "changed.go")
	write(t, changed, strings.Replace(string(source), f.old, f.new, 1))
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), string(overlay))
	binary := filepath.Join(dir, "diffcheck")
	cmd := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, "./diffcheck")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build with %q planted: %v\n%s", f.name, err, out)
	}
	return binary
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// divergence is what the JSON report says of one.
type divergence struct {
	Target string `json:"target"`
	Steps  int    `json:"steps"`
	Shrunk bool   `json:"shrunk"`
}

// run gives the divergences of a run that ends with the first that was repeated
// and shrunk. Others may be in the list that the end of the run caught half way.
func run(t *testing.T, binary string) []divergence {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	out, err := exec.Command(binary, "--budget", "6s", "--max-divergences", "1", "--out", dir, "--json", name).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		t.Fatalf("diffcheck could not run: %v\n%s", err, out)
	}
	return divergences(t, name)
}

// divergences reads those of a report.
func divergences(t *testing.T, name string) []divergence {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Divergences struct {
			List []divergence `json:"list"`
		} `json:"divergences"`
	}
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return report.Divergences.List
}
