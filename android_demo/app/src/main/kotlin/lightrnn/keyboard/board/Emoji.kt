package lightrnn.keyboard.board

/** The emoji that are offered, in the order of Unicode's groups. */
object Emoji {
    private const val FACES =
        "😀😃😄😁😆😅🤣😂🙂🙃😉😊😇🥰😍🤩😘😗😚😋😛😜🤪😝🤗🤭🤫🤔🤐🤨😐😑😶😏😒🙄😬😌😔😪😴😷🤒🤕🤢🤧🥵🥶🥴😵🤯🤠🥳😎🤓🧐😕😟🙁😮😯😲😳🥺😦😧😨😰😥😢😭😱😖😣😞😓😩😫🥱😤😡😠💀💩👻👽🤖"
    private const val HANDS = "👋✋👌✌🤞🤟🤘🤙👈👉👆👇👍👎✊👊🤛🤜👏🙌👐🤲🤝🙏💪👀👂👃🧠👄"
    private const val HEARTS = "❤🧡💛💚💙💜🖤💔💕💞💓💗💖💘💝💋💯💥💫💦💤"
    private const val NATURE =
        "🐶🐱🐭🐹🐰🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🙈🙉🙊🐔🐧🐦🦆🦉🐴🦄🐝🐛🦋🐌🐞🐢🐍🐙🐠🐬🐳🌵🎄🌲🌴🍀🌹🌻🌼🌞🌙⭐🌈☀⛅☔⚡❄🔥🌊"
    private const val FOOD = "🍏🍎🍐🍊🍋🍌🍉🍇🍓🍒🍑🍍🥝🍅🥑🥕🌽🍞🧀🍳🥓🍔🍟🍕🌭🥪🌮🍝🍜🍣🍦🍩🍪🎂🍰🍫🍬☕🍵🍺🍻🍷🥂🍾"
    private const val THINGS =
        "⚽🏀🏈🎾🏐🏓🎯🎮🎲🎸🎹🎤🎧🎬🎨🚗🚕🚌🚑🚒🚲✈🚀🚢🚂🏠🏥🏫⛺🌍📱💻📷💡📚✏📌📎✂🔑🔒🎁🎈🎉🎓💼💰💳✉📅⏰✅❌❓❗🔴🟢🔵"

    /** All of them; signs that are older than emoji are asked for in colour. */
    val ALL: List<String> = (FACES + HANDS + HEARTS + NATURE + FOOD + THINGS).codePoints().toArray()
        .map { String(Character.toChars(it)) + if (it < FIRST_EMOJI) COLOUR else "" }

    private const val FIRST_EMOJI = 0x1f000
    private const val COLOUR = "\ufe0f"
}
