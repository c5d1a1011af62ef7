package bench

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/connspec/connspec/diffcheck/bench/part"
	"github.com/connspec/connspec/diffcheck/bench/trial"
)

// The peers by name.
const (
	connspec = "connspec"
	gVisor   = "gVisor"
	kernel   = "kernel"
	kernelGo = "kernel (Go)"
)

// peer is one who is measured.
type peer struct {
	name    string
	command []string
	stack   bool // it has the near end's packets itself
	knows   func(trial.Task) bool
}

// clientOnly says of a peer that only connects, sends and receives that it
// knows a task over a wire.
func clientOnly(t trial.Task) bool { return t.Wired() && t != trial.Flood }

// PartCommand is the hidden command of the program that runs a part.
const PartCommand = "bench-part"

// peers are connspec first, then those that there are.
func peers(o *Options) []peer {
	all := []peer{{
		name: connspec, command: []string{o.Program, PartCommand, string(part.Connspec), "--"}, stack: true,
		knows: func(trial.Task) bool { return true },
	}}
	if path := filepath.Join(o.Built, programGVisor); exists(o.Built, path) {
		all = append(all, peer{gVisor, []string{path}, true, func(t trial.Task) bool { return t != trial.Flood }})
	}
	if path := filepath.Join(o.Built, programC); exists(o.Built, path) {
		all = append(all, peer{kernel, []string{path}, false, clientOnly})
	}
	return append(all, peer{kernelGo, []string{o.Program, PartCommand, string(part.Kernel), "--"}, false, clientOnly})
}

func exists(dir, path string) bool {
	_, err := os.Stat(path)
	return dir != "" && err == nil
}

// Names of the programs that Build makes, in their directory.
const (
	programGVisor = "gvisor"
	programC      = "epoll"
)

// Build makes the peers whose source lies in dir, in the directory into. What
// could not be made it says in a line each.
func Build(dir, into string) (missing []string) {
	if dir == "" {
		return []string{"gVisor, kernel (C): run diffcheck inside a checkout of connspec, or name its diffcheck/bench/peers with --peers"}
	}
	for _, p := range []struct {
		what, remedy string
		cmd          *exec.Cmd
	}{
		{"gVisor", "cd " + dir + " && go build ./" + programGVisor + " (needs the Go module proxy once)",
			exec.Command("go", "build", "-o", filepath.Join(into, programGVisor), "./"+programGVisor)},
		{"kernel (C)", "install gcc", exec.Command("gcc", "-O2", "-o", filepath.Join(into, programC), filepath.Join(dir, "epoll", "epoll.c"))},
	} {
		p.cmd.Dir = dir
		if out, err := p.cmd.CombinedOutput(); err != nil {
			missing = append(missing, p.what+": "+firstLine(string(out), err)+"; to have it: "+p.remedy)
		}
	}
	return missing
}
