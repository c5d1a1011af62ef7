package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/connspec/connspec/diffcheck/bench/part"
	"github.com/connspec/connspec/diffcheck/bench/trial"
	"github.com/connspec/connspec/hwtarget/lab"
)

// farPort is what the far end listens on, farDests how many addresses a client
// goes round in.
const (
	farPort  = 7000
	farDests = 32
)

// grace is how long a trial may take beyond its time.
const grace = 30 * time.Second

// Run measures, and writes as it goes. The process must be root or have
// entered the lab.
func Run(ctx context.Context, o *Options, w io.Writer) error {
	chosen, err := Select(Measures(o), o.Only)
	if err != nil {
		return err
	}
	for _, m := range o.Missing {
		fmt.Fprintln(w, "missing:", m)
	}
	for _, m := range chosen {
		r := newResults(&m, o)
		for round := range o.Rounds {
			for _, p := range peers(o) {
				if !p.knows(m.Spec.Task) || r.broken(p.name) {
					continue
				}
				s, err := run(ctx, o, &m, &p, round)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				r.add(p.name, s, err)
			}
		}
		if err := r.print(w); err != nil {
			return err
		}
	}
	return nil
}

// run is one trial of one peer.
func run(ctx context.Context, o *Options, m *Measure, p *peer, round int) (s sample, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.Time+grace)
	defer cancel()
	spec := m.Spec
	spec.Time = o.Time
	if o.Profile != "" && p.name == connspec && round == 0 {
		spec.Profile = filepath.Join(o.Profile, m.Name+".pprof")
	}
	if !spec.Task.Wired() {
		return m.sample(ctx, p, &spec, nil, func() (func(), error) { return func() {}, nil })
	}
	pair, err := lab.NewPair(lab.PairOptions{Kernel: !p.stack, Offload: spec.Offload, Congestion: o.Congestion})
	if err != nil {
		return s, err
	}
	defer pair.Close()
	spec.Interface, spec.MTU = lab.PairName, lab.MTU
	spec.MAC, spec.FarMAC = net.HardwareAddr(lab.PairMAC[:]).String(), net.HardwareAddr(lab.PairFarMAC[:]).String()
	spec.Near, spec.Far, spec.Dest = lab.PairNear.Addr(), lab.PairFar.Addr(), lab.PairDests.Addr().Next()
	spec.Port, spec.Dests = farPort, farDests
	if spec.Task != trial.Connects {
		spec.Dests = 0
	}
	far, err := startFar(ctx, o, &spec, pair.Far)
	if err != nil {
		return s, err
	}
	defer far.stop()
	return m.sample(ctx, p, &spec, far, pair.Near)
}

// sample runs the near end and asks the far one what came of it.
func (m *Measure) sample(ctx context.Context, p *peer, s *trial.Spec, far *process, enter func() (func(), error)) (sample, error) {
	args := append(p.command[1:len(p.command):len(p.command)], s.Args()...)
	cmd := exec.CommandContext(ctx, p.command[0], args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	leave, err := enter()
	if err != nil {
		return sample{}, err
	}
	err = cmd.Start()
	leave()
	if err == nil {
		err = cmd.Wait()
	}
	if err != nil {
		return sample{}, fmt.Errorf("%s", firstLine(complaint.String(), err))
	}
	near, err := trial.Read(&out)
	if err != nil {
		return sample{}, err
	}
	var there trial.Outcome
	if far != nil {
		if there, err = far.outcome(); err != nil {
			return sample{}, err
		}
	}
	x := sample{
		figure: m.Figure(near, there), p50: max(near.P50, there.P50), p99: max(near.P99, there.P99),
		failed: near.Failed + there.Failed, flood: there.Flood, memory: near.Memory,
	}
	if near.Operations > 0 {
		cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		x.cpu = cpu.Seconds() * 1e6 / near.Operations
		x.allocated = near.Allocated / near.Operations
	}
	return x, nil
}

// process is the far end.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   bytes.Buffer // what it said; its own until it has ended
	ready chan struct{}
	ended chan error
}

// Write takes what the far end says, first of all that it is ready.
func (f *process) Write(b []byte) (int, error) {
	if f.out.Len() == 0 && bytes.HasPrefix(b, []byte("ready\n")) {
		close(f.ready)
	}
	return f.out.Write(b)
}

func startFar(ctx context.Context, o *Options, s *trial.Spec, enter func() (func(), error)) (*process, error) {
	spec := *s
	spec.Profile, spec.Interface = "", lab.PairFarName
	args := append([]string{PartCommand, string(part.FarEnd), "--"}, spec.Args()...)
	f := &process{cmd: exec.CommandContext(ctx, o.Program, args...), ready: make(chan struct{}), ended: make(chan error, 1)}
	f.cmd.Stdout, f.cmd.Stderr = f, f
	var err error
	if f.in, err = f.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	leave, err := enter()
	if err != nil {
		return nil, err
	}
	err = f.cmd.Start()
	leave()
	if err != nil {
		return nil, err
	}
	go func() { f.ended <- f.cmd.Wait() }()
	select {
	case <-f.ready:
		return f, nil
	case err := <-f.ended:
		f.ended <- nil
		return nil, fmt.Errorf("far end: %s", firstLine(f.out.String(), err))
	}
}

// outcome ends the far end.
func (f *process) outcome() (trial.Outcome, error) {
	f.in.Close()
	err := <-f.ended
	f.ended <- nil
	if err != nil {
		return trial.Outcome{}, fmt.Errorf("far end: %s", firstLine(f.out.String(), err))
	}
	return trial.Read(&f.out)
}

// stop ends it if it has not ended.
func (f *process) stop() {
	f.in.Close()
	f.cmd.Process.Kill() // fails only when it has ended
	<-f.ended
}
