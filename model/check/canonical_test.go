package check

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// roles says what [Canonical] makes of each field of a world. A field that is
// not here is one that nobody has thought of yet: is it a name (of a socket, a
// port), a number that only differences of matter, or nothing of the kind?
var roles = map[string]role{
	"Sockets.Parent": slotRole, "FDs": slotRole, "Threads.Socket": slotRole,
	"Sockets.LPort": portRole, "Sockets.RPort": portRole, "Sockets.FlowPort": portRole, "Sockets.Queue.Port": portRole,
	"Outs.SPort": portRole, "Outs.DPort": portRole, "Outs.Quote.SPort": portRole, "Outs.Quote.DPort": portRole, "Threads.Ret.Port": portRole,
	"Seen": plain, "Unseen": plain, // counted anew
	"Sockets.SndUna": number, "Sockets.SndNxt": number, "Sockets.RcvNxt": number, "Sockets.RcvWup": number,
	"Sockets.Flags": plain, "Sockets.Family": plain, "Sockets.Kind": plain, "Sockets.TCP": plain, "Sockets.Layer": plain,
	"Sockets.Local": plain, "Sockets.Remote": plain, "Sockets.Flow": plain, "Sockets.Err": plain, "Sockets.Soft": plain,
	"Sockets.Backlog": plain, "Sockets.Turn": plain, "Sockets.Rank": plain, "Sockets.Retries": plain, "Sockets.Queued": plain, "Sockets.Segs": plain,
	"Sockets.Unread": plain, "Sockets.Unsent": plain, "Sockets.MSS": plain, "Sockets.Queue.Len": plain, "Sockets.Queue.Addr": plain,
	"Threads.Wait": plain, "Threads.Op": plain, "Threads.Marks": plain, "Threads.Left": plain, "Threads.Files": slotRole, "Threads.Len": plain,
	"Threads.Ret.Ret": plain, "Threads.Ret.Errno": plain, "Threads.Ret.HasAddr": plain, "Threads.Ret.Addr": plain, "Threads.Ret.Value": plain,
	"Threads.Ret.Revents": plain, "Threads.Ret.Loose": plain,
	"Outs.Proto": gone, "Outs.Bits": gone, "Outs.Loose": gone, "Outs.Type": gone, "Outs.Code": gone, "Outs.Src": gone, "Outs.Dst": gone,
	"Outs.Seq": gone, "Outs.Ack": gone, "Outs.Len": gone, "Outs.MSS": gone, "Outs.Scaled": gone,
	"Outs.Quote.Proto": gone, "Outs.Quote.Src": gone, "Outs.Quote.Dst": gone,
	"Sockets.Dev": plain, "Sockets.NextErr": plain, "Sockets.Via": plain, "Threads.Fast": plain, "Threads.Ret.Family": plain, "Threads.Ret.Scope": plain, "Outs.FastOpen": gone,
	"Env.Routes": plain, "Env.Routes6": plain, "Env.Asking": plain, "Env.MTU": plain, "Paths": plain, "Env.Asking6": plain, "Env.Out.Six": plain, "Env.In.Six": plain, "Env.Lacks": plain, "Env.Only": portRole, "Env.Narrow": plain, "Env.Barred": plain, "Env.Out.Addr": plain, "Env.Out.Proto": plain, "Env.Out.Does": plain, "Env.In.Addr": plain, "Env.In.Proto": plain, "Env.In.Does": plain, "FastOpen": plain,
	"Sockets.SndTimeo": plain, "Sockets.RcvTimeo": plain, "Sockets.UserTimeout": plain, "Sockets.Linger": plain, "Sockets.SynCount": plain, "Sockets.Life": plain,
	"Interests.Slot": slotRole, "Interests.FD": plain, "Interests.Events": plain, "Interests.Marks": plain,
	"Signals": plain, "Passing": gone,
	"Sockets.Peer": slotRole, "Sockets.Queue.From": slotRole, "Threads.Other": slotRole,
	"Sockets.Name": nameRole, "Sockets.PeerName": nameRole, "Sockets.Queue.Name": nameRole, "Threads.Ret.Name": nameRole,
	"Sockets.Node": plain, "Threads.Ret.Pair": plain, "Entries.Dir": plain, "Entries.Comp": plain, "Entries.Node": plain,
	"Nodes.Kind": plain, "Nodes.Flags": plain, "Nodes.To": plain, "NamesSeen": plain, "NamesUnseen": plain,
	"Outs.Bad": gone,
	"OutLen":   gone, "Timers": gone, "Left": gone,
	"Domains": gone, // no scope has Landlock
}

type role uint8

const (
	plain    role = iota // it says what it says
	slotRole             // a socket by its slot, plus 1
	portRole             // a port, perhaps one that the host chose
	nameRole             // an AF_UNIX name, perhaps one that the host chose
	number               // counted from a place of its own
	gone                 // zero in a quiet world of the scope
)

func TestEveryFieldHasARole(t *testing.T) {
	var walk func(path string, of reflect.Type)
	walk = func(path string, of reflect.Type) {
		switch of.Kind() {
		case reflect.Array:
			walk(path, of.Elem())
		case reflect.Struct:
			for i := range of.NumField() {
				name := of.Field(i).Name
				if name == "Spare" { // always 0
					continue
				}
				if path != "" {
					name = path + "." + name
				}
				walk(name, of.Field(i).Type)
			}
		default:
			r, known := roles[path]
			if !known {
				t.Errorf("World.%s has no role: say in roles what Canonical makes of it", path)
			}
			if (of == reflect.TypeFor[model.Port]()) != (r == portRole) && path != "Seen" && path != "Unseen" {
				t.Errorf("World.%s is a %v and has role %d", path, of, r)
			}
		}
	}
	walk("", reflect.TypeFor[model.World]())
}

// fill sets every field of a role to a value of its own.
func fill(v reflect.Value, path string, r role, next *uint64) (n int) {
	switch v.Kind() {
	case reflect.Array:
		for i := range v.Len() {
			n += fill(v.Index(i), path, r, next)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			n += fill(v.Field(i), name, r, next)
		}
	default:
		if roles[path] == r {
			*next++
			v.SetUint(1 + *next%model.SocketsMax) // a slot, if it is to be one
			n++
		}
	}
	return n
}

func TestEveryNameIsVisited(t *testing.T) {
	var w model.World
	for i := range w.Sockets {
		w.Sockets[i].Kind = model.KindStream
	}
	w.OutLen = model.OutsMax
	next := uint64(0)
	want := fill(reflect.ValueOf(&w).Elem(), "", portRole, &next)
	got := 0
	eachPort(&w, func(*model.Port) { got++ })
	if got != want {
		t.Errorf("eachPort visits %d ports of a full world, want %d", got, want)
	}
	next = 0
	want = fill(reflect.ValueOf(&w).Elem(), "", nameRole, &next)
	got = 0
	eachName(&w, func(*model.Name) { got++ })
	if got != want {
		t.Errorf("eachName visits %d names of a full world, want %d", got, want)
	}
	w, next = model.World{}, 0
	want = fill(reflect.ValueOf(&w).Elem(), "", slotRole, &next)
	got = 0
	eachSlot(&w, func(slot uint8) uint8 { got++; return slot })
	if got != want {
		t.Errorf("eachSlot visits %d references of a full world, want %d", got, want)
	}
}

// law tries a law in worlds along random walks through a scope.
func law(t *testing.T, name string, of func(k *Walker, w *model.World, draw *rand.Rand) string) {
	t.Helper()
	parameters := gopter.DefaultTestParametersWithSeed(1)
	parameters.MinSuccessfulTests = 30
	p := gopter.NewProperties(parameters)
	scopes := Scopes(Size{Sockets: 2, Threads: 2})
	p.Property(name, prop.ForAll(func(d, sc int, seed uint64) string {
		k, draw := NewWalker(spec.Dialect(d), scopes[sc]), rand.New(rand.NewPCG(seed, 1))
		var w model.World
		for range 25 {
			if complaint := of(k, &w, draw); complaint != "" {
				return complaint
			}
			var all []model.World
			k.Successors(&w, func(s *Step) {
				if s.End == Goes && *s.After != w {
					all = append(all, *s.After)
				}
			})
			if len(all) == 0 {
				return ""
			}
			w = all[draw.IntN(len(all))]
		}
		return ""
	}, gen.IntRange(0, int(spec.DocumentCount)-1), gen.IntRange(0, len(scopes)-1), gen.UInt64()))
	p.TestingRun(t)
}

// What follows a world in canonical form is what follows the world, in
// canonical form: so exploring canonical worlds alone leaves nothing out.
func TestCanonicalIsABisimulation(t *testing.T) {
	law(t, "canonical form commutes with steps", func(k *Walker, w *model.World, _ *rand.Rand) string {
		c := *w
		Canonical(&c)
		mine, its := successors(k, w), successors(k, &c)
		for after, by := range mine { //house:ordered any of those missing will do
			if its[after] == "" {
				return fmt.Sprintf("%v of %s: after %s a world follows that does not follow the canonical form of\n%s\n%s", k.dialect, k.scope.Name, by, Show(w), Show(&after))
			}
		}
		if len(mine) != len(its) {
			return fmt.Sprintf("%v of %s: %d worlds follow, and %d the canonical form of\n%s", k.dialect, k.scope.Name, len(mine), len(its), Show(w))
		}
		return ""
	})
}

func successors(k *Walker, w *model.World) map[model.World]string {
	all := map[model.World]string{}
	k.Successors(w, func(s *Step) {
		if s.End == Goes {
			Canonical(s.After)
			all[*s.After] = s.String()
		}
	})
	return all
}

// Names do not matter: a world with its sockets, threads and descriptors in
// another order has the same canonical form.
func TestCanonicalForgetsNames(t *testing.T) {
	law(t, "renamed worlds have one canonical form", func(_ *Walker, w *model.World, draw *rand.Rand) string {
		a, b := *w, *w
		shuffle(&b, draw)
		Canonical(&a)
		Canonical(&b)
		if a != b {
			return fmt.Sprintf("two canonical forms of one world:\n%+v\n%+v", a, b)
		}
		again := a
		if Canonical(&again); again != a {
			return fmt.Sprintf("the canonical form has another canonical form:\n%+v\n%+v", a, again)
		}
		return ""
	})
}

func shuffle(w *model.World, draw *rand.Rand) {
	to := draw.Perm(model.SocketsMax)
	old := w.Sockets
	for i := range old {
		w.Sockets[to[i]] = old[i]
	}
	eachSlot(w, func(slot uint8) uint8 { return uint8(to[slot-1]) + 1 })
	draw.Shuffle(len(w.Threads), func(i, j int) { w.Threads[i], w.Threads[j] = w.Threads[j], w.Threads[i] })
	draw.Shuffle(len(w.FDs), func(i, j int) {
		w.FDs[i], w.FDs[j] = w.FDs[j], w.FDs[i]
		for n := range w.Interests {
			switch e := &w.Interests[n]; int(e.FD) {
			case i + model.FDFirst:
				e.FD = uint8(j + model.FDFirst)
			case j + model.FDFirst:
				e.FD = uint8(i + model.FDFirst)
			}
		}
	})
}

// Scopes are found by name.
func TestScopesAreNamed(t *testing.T) {
	var names []string
	for _, sc := range Scopes(Size{Sockets: 2, Threads: 2}) {
		if slices.Contains(names, sc.Name) {
			t.Errorf("two scopes have the name %s", sc.Name)
		}
		names = append(names, sc.Name)
		if sc.Alphabet() < 5 {
			t.Errorf("scope %s has %d stimuli", sc.Name, sc.Alphabet())
		}
	}
}
