using System.CommandLine;

namespace Coffer.Cli.Commands;

/// <summary>Scripts that let a shell ask coffer itself what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # Put this in ~/.bashrc:  source <(coffer completion bash)
        _coffer_complete() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(coffer "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _coffer_complete coffer
        """;

    private const string Zsh = """
        #compdef coffer
        # Put this in ~/.zshrc, after compinit:  source <(coffer completion zsh)
        _coffer_complete() {
          local -a found
          found=("${(@f)$(coffer "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -- "${found[@]}"
        }
        compdef _coffer_complete coffer
        """;

    private const string Fish = """
        # Put this in ~/.config/fish/config.fish:  coffer completion fish | source
        complete -c coffer -f -a '(coffer "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Build(string name, string description)
    {
        Argument<string> shell = Verb.Path("SHELL", "bash, zsh or fish.");
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return Verb.Local(name, description, (session, _) =>
        {
            Terminal.Out.WriteLine(session.Get(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return Task.FromResult(ExitCode.Ok);
        }, shell);
    }
}
