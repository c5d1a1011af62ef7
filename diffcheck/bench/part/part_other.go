//go:build !linux

package part

import (
	"errors"
	"io"
	"runtime"

	"github.com/connspec/connspec/diffcheck/bench/trial"
)

var errWire = errors.New("a wire needs Linux; this is " + runtime.GOOS)

func far(*trial.Spec, io.Reader, io.Writer) error { return errWire }

func kernel(*trial.Spec) (o trial.Outcome, err error) { return o, errWire }

func wired(*trial.Spec) (o trial.Outcome, err error) { return o, errWire }
