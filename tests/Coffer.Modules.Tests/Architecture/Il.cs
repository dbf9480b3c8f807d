using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Coffer.Modules.Tests.Architecture;

/// <summary>One instruction of a method; the operand's token where it has one.</summary>
internal readonly record struct Instruction(OpCode Code, int? Token);

/// <summary>Reads compiled code: what a type really refers to, and of what instructions a method is made.</summary>
internal static class Il
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    public static IEnumerable<Instruction> Read(MethodBase method)
    {
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? Codes[(short)(0xFE00 | il[at + 1])] : Codes[il[at]];
            at += code.Size;
            int? token = null;
            switch (code.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    token = BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at));
                    at += 4;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at)));
                    break;
                default:
                    at += Width(code.OperandType);
                    break;
            }
            yield return new Instruction(code, token);
        }
    }

    /// <summary>The types that a type names in its shape or its code.</summary>
    public static IReadOnlySet<Type> References(Type type)
    {
        var found = new HashSet<Type>();
        Add(type.BaseType);
        foreach (var each in type.GetInterfaces()) Add(each);
        foreach (var field in type.GetFields(Own)) Add(field.FieldType);
        foreach (var method in type.GetMethods(Own).Concat<MethodBase>(type.GetConstructors(Own)))
        {
            if (method is MethodInfo { ReturnType: var result }) Add(result);
            foreach (var parameter in method.GetParameters()) Add(parameter.ParameterType);
            foreach (var local in method.GetMethodBody()?.LocalVariables ?? []) Add(local.LocalType);
            foreach (var instruction in Read(method))
            {
                if (instruction.Token is { } token) AddMember(method, token);
            }
        }
        return found;

        void AddMember(MethodBase method, int token)
        {
            var ofMethod = method is MethodInfo { IsGenericMethodDefinition: true } generic ? generic.GetGenericArguments() : null;
            var member = type.Module.ResolveMember(token, type.IsGenericTypeDefinition ? type.GetGenericArguments() : null, ofMethod);
            Add(member as Type ?? member?.DeclaringType);
            if (member is MethodInfo { IsGenericMethod: true } called)
            {
                foreach (var argument in called.GetGenericArguments()) Add(argument);
            }
        }

        void Add(Type? one)
        {
            while (one is { HasElementType: true }) one = one.GetElementType();
            if (one is null || one.IsGenericParameter || !found.Add(one)) return;
            foreach (var argument in one.GetGenericArguments()) Add(argument);
        }
    }

    private static int Width(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
