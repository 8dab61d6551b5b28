"""Text without spaces between its words is refused; with them any script is read."""

import pytest

from lightrnn_tf.data.scripts import check_spaces

WITHOUT_SPACES = {
    "Chinese": "你好。今天天气很好，我们去公园散步吧？我不知道他什么时候来",
    "Japanese": "今日は天気がいいから、散歩に行きましょう。",
    "Thai": "วันนี้อากาศดีมาก เราไปเดินเล่นกันเถอะ",
    "Lao": "ຂ້ອຍມັກດື່ມຊາແລະກາເຟທຸກໆມື້",
    "Khmer": "ខ្ញុំចូលចិត្តផឹកតែនិងកាហ្វេរាល់ថ្ងៃ",
    "Burmese": "ကျွန်တော်လက်ဖက်ရည်သောက်ရတာကြိုက်တယ်",
}
WITH_SPACES = {
    "Chinese, segmented": "今天 天气 很 好 ， 我们 去 公园 散步 吧",
    "Japanese, segmented": "今日 は 天気 が いい から 、 散歩 に 行き ましょ う",
    "Thai, segmented": "วันนี้ อากาศ ดี มาก เรา ไป เดินเล่น กัน เถอะ",
    "Korean": "오늘은 날씨가 좋아서 산책을 갔다",
    "Hebrew": "מזג האוויר היום נעים ויצאנו לטיול",
    "Arabic": "الطقس جميل اليوم وخرجنا في نزهة",
    "Georgian": "დღეს კარგი ამინდია და გავისეირნეთ",
    "Hindi": "आज मौसम अच्छा है और हम टहलने गए",
    "German with a Chinese sentence": "Er schrieb 我喜欢喝茶也喜欢喝咖啡 an die Tafel "
    "des alten Klassenzimmers und lachte",
    "nothing": "",
}


@pytest.mark.parametrize("name", WITHOUT_SPACES)
def test_text_without_spaces_is_refused_with_what_to_do(name):
    lines = ["A heading", WITHOUT_SPACES[name]]
    with pytest.raises(ValueError, match="spaces between its words.*segmenter first"):
        check_spaces("text", lines)


@pytest.mark.parametrize("name", WITH_SPACES)
def test_text_with_spaces_is_read(name):
    check_spaces("text", [WITH_SPACES[name]])


def test_the_first_lines_decide():
    lines = ["今日 は 天気 が いい"] * 2000 + ["今日は天気がいいから"] * 9000
    check_spaces("text", lines)
